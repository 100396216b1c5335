// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import dev.millrace.block.OneToOne;
import dev.millrace.block.StandsIn;
import dev.millrace.ledger.LedgerSource;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.Pipeline.PipelineVisitor;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PValue;
import org.jspecify.annotations.Nullable;

/**
 * The steps between a read and a write. A ledger goes by the positions that a block says it covers,
 * so no step may re-cut, join, drop or shuffle blocks: a runner could then repeat blocks of an
 * attempt that is over.
 */
final class Steps {

  private Steps() {}

  /**
   * Checks all that a collection went through.
   *
   * @throws IllegalArgumentException naming the first step that is not one to one
   */
  static void requireOneToOne(PCollection<?> blocks) {
    Map<PValue, Node> producers = new HashMap<>();
    blocks
        .getPipeline()
        .traverseTopologically(
            new PipelineVisitor.Defaults() {
              @Override
              public void visitPrimitiveTransform(Node node) {
                node.getOutputs().values().forEach(output -> producers.put(output, node));
              }
            });
    PValue from = blocks;
    while (true) {
      Node node = producers.get(from);
      DoFn<?, ?> fn = node == null ? null : fn(node);
      if (fn instanceof LedgerSource) {
        return;
      }
      if (node == null || !isOneToOne(fn)) {
        throw new IllegalArgumentException(
            "Cannot write in ledger mode: step "
                + (node == null ? blocks.getName() : node.getFullName())
                + " stands between read and write (must be a map, filter or project of blocks,"
                + " without a shuffle and without cutting them anew)");
      }
      from = node.getInputs().values().iterator().next();
    }
  }

  private static boolean isOneToOne(@Nullable DoFn<?, ?> fn) {
    return fn instanceof OneToOne || (fn instanceof StandsIn other && isOneToOne(other.fn()));
  }

  private static @Nullable DoFn<?, ?> fn(Node node) {
    return node.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo ? parDo.getFn() : null;
  }
}
