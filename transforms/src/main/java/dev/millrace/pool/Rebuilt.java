// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.resourcehints.ResourceHints;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PDone;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;

/**
 * A transform once more, with each of its {@code DoFn}s within pools. It is applied aside first, in
 * a pipeline that is never run; from what it became there it is built again where it belongs.
 */
final class Rebuilt<InT, OutT extends POutput> {

  /** What a ParDo becomes adds nothing to its name. */
  private static final Pattern PRIMITIVE = Pattern.compile("/ParMultiDo\\([^/]*\\)$");

  private static final String ASIDE = "millrace aside";

  private final InPool pools;
  private final PTransform<? super PCollection<InT>, OutT> transform;
  private final PCollection<InT> input;

  /** What was built, by what it was aside. */
  private final Map<PValue, PCollection<?>> built = new HashMap<>();

  Rebuilt(
      InPool pools, PTransform<? super PCollection<InT>, OutT> transform, PCollection<InT> input) {
    this.pools = pools;
    this.transform = transform;
    this.input = input;
  }

  OutT output() {
    Pipeline aside = aside(input.getPipeline());
    PCollection<InT> like = aside.apply(ASIDE, Create.empty(input.getCoder()));
    like.setWindowingStrategyInternal(input.getWindowingStrategy())
        .setIsBoundedInternal(input.isBounded());
    OutT output = like.apply(transform);
    built.put(like, input);
    aside.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            if (!node.getFullName().startsWith(ASIDE)) {
              build(node);
            }
          }
        });
    return counterpart(output);
  }

  // Nothing else lets it know the same coders.
  @SuppressWarnings("deprecation")
  private static Pipeline aside(Pipeline pipeline) {
    Pipeline aside =
        Pipeline.forTransformHierarchy(
            new TransformHierarchy(ResourceHints.create()), pipeline.getOptions());
    aside.setCoderRegistry(pipeline.getCoderRegistry());
    return aside;
  }

  private void build(TransformHierarchy.Node node) {
    if (!(node.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo)) {
      throw refused("its step " + node.getFullName() + " is no ParDo; apply it beside the pool");
    }
    if (!parDo.getSideInputs().isEmpty()) {
      throw refused("its step " + node.getFullName() + " has side inputs");
    }
    build(node, parDo, here(node.getInputs().values().iterator().next()));
  }

  // Aside and here the elements are of the same type.
  @SuppressWarnings("unchecked")
  private <A, B> void build(
      TransformHierarchy.Node node, ParDo.MultiOutput<A, B> parDo, PCollection<?> from) {
    String step = node.getFullName();
    PCollectionTuple outputs =
        ((PCollection<A>) from)
            .apply(
                step,
                ParDo.of(within(parDo.getFn(), step))
                    .withOutputTags(parDo.getMainOutputTag(), parDo.getAdditionalOutputTags()));
    node.getOutputs().forEach((tag, aside) -> settle(tag, (PCollection<B>) aside, outputs));
  }

  private <A, B> DoFn<A, B> within(DoFn<A, B> fn, String step) {
    if (fn instanceof InPoolFn) {
      throw refused("its step " + step + " is in a pool already; name all pools in one InPool");
    }
    Wrappable.require(fn, problem -> refused("its step " + step + " " + problem));
    return new InPoolFn<>(fn, pools, PRIMITIVE.matcher(step).replaceFirst(""));
  }

  @SuppressWarnings("unchecked")
  private <B> void settle(TupleTag<?> tag, PCollection<B> aside, PCollectionTuple outputs) {
    PCollection<B> here = outputs.get((TupleTag<B>) tag);
    try {
      here.setCoder(aside.getCoder());
    } catch (IllegalStateException notYet) {
      // Its user sets one.
    }
    built.put(aside, here);
  }

  // What was built is what it was aside.
  @SuppressWarnings("unchecked")
  private OutT counterpart(OutT output) {
    if (output instanceof PCollection<?> one) {
      return (OutT) here(one);
    }
    if (output instanceof PDone) {
      return (OutT) PDone.in(input.getPipeline());
    }
    if (output instanceof PCollectionTuple several) {
      PCollectionTuple here = PCollectionTuple.empty(input.getPipeline());
      for (Map.Entry<TupleTag<?>, PCollection<?>> each : several.getAll().entrySet()) {
        here =
            here.and((TupleTag<Object>) each.getKey(), (PCollection<Object>) here(each.getValue()));
      }
      return (OutT) here;
    }
    throw refused(
        "its output is a "
            + output.getClass().getSimpleName()
            + " (must be a PCollection, a PCollectionTuple or PDone)");
  }

  private PCollection<?> here(PValue aside) {
    return requireNonNull(built.get(aside));
  }

  private IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(
        "Cannot run %s in pool %s: %s".formatted(transform.getName(), pools.names(), why));
  }
}
