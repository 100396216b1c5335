// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import java.util.function.Function;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature.Parameter;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;

/** Whether another {@code DoFn} can call a {@code DoFn} in its place. */
final class Wrappable {

  private Wrappable() {}

  /**
   * Checks it.
   *
   * @param refusal of a problem, which is the rest of a sentence
   */
  static void require(DoFn<?, ?> fn, Function<String, IllegalArgumentException> refusal) {
    DoFnSignature signature = DoFnSignatures.signatureForDoFn(fn);
    DoFnSignature.ProcessElementMethod process = signature.processElement();
    if (process.isSplittable()) {
      throw refusal.apply("is a splittable read, which stops by itself to let others go on");
    }
    if (signature.usesState() || signature.usesTimers() || signature.onWindowExpiration() != null) {
      throw refusal.apply("keeps state or sets timers");
    }
    if (process.requiresStableInput() || process.requiresTimeSortedInput()) {
      throw refusal.apply("requires stable or sorted input");
    }
    for (Parameter parameter : process.extraParameters()) {
      if (!isPassedOn(parameter)) {
        throw refusal.apply(
            "takes a "
                + parameter.getClass().getSimpleName().replaceFirst("^AutoValue_\\w*_", "")
                + ", which cannot be passed on");
      }
    }
  }

  private static boolean isPassedOn(Parameter parameter) {
    return parameter instanceof Parameter.ProcessContextParameter
        || parameter instanceof Parameter.ElementParameter
        || parameter instanceof Parameter.TimestampParameter
        || parameter instanceof Parameter.WindowParameter
        || parameter instanceof Parameter.PaneInfoParameter
        || parameter instanceof Parameter.PipelineOptionsParameter
        || parameter instanceof Parameter.TaggedOutputReceiverParameter
        || (parameter instanceof Parameter.OutputReceiverParameter receiver
            && !receiver.isRowReceiver());
  }
}
