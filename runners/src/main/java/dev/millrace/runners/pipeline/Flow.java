// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.pipeline;

import dev.millrace.monitor.run.Snapshot.Edge;
import dev.millrace.observe.Staged;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PValue;

/** Which stage of a pipeline hands on to which, whatever steps without a stage are between them. */
final class Flow extends Pipeline.PipelineVisitor.Defaults {

  /** The stages that something comes from. */
  private final Map<PValue, Set<String>> sources = new HashMap<>();

  private final Set<Edge> edges = new LinkedHashSet<>();

  private Flow() {}

  static List<Edge> of(Pipeline pipeline) {
    Flow flow = new Flow();
    pipeline.traverseTopologically(flow);
    return new ArrayList<>(flow.edges);
  }

  @Override
  public void visitPrimitiveTransform(TransformHierarchy.Node node) {
    Set<String> from = new LinkedHashSet<>();
    node.getInputs().values().forEach(input -> from.addAll(sources.getOrDefault(input, Set.of())));
    Set<String> to = from;
    if (node.getTransform() instanceof ParDo.MultiOutput<?, ?> step
        && step.getFn() instanceof Staged staged) {
      from.stream()
          .filter(each -> !each.equals(staged.stage()))
          .forEach(each -> edges.add(new Edge(each, staged.stage())));
      to = Set.of(staged.stage());
    }
    for (PValue output : node.getOutputs().values()) {
      sources.put(output, to);
    }
  }
}
