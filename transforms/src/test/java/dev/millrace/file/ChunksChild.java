// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.testing.ChildJvm;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.jspecify.annotations.Nullable;

/** Another process that makes elements in chunks and counts them, on a small heap. */
final class ChunksChild {

  private ChunksChild() {}

  /** What it said: how many elements there were. */
  static String run(String heap, int elements, int bytes) throws Exception {
    List<String> arguments = List.of("-Xmx" + heap, "-XX:+UseSerialGC");
    Process process =
        ChildJvm.start(
            arguments, ChunksChild.class, Integer.toString(elements), Integer.toString(bytes));
    try {
      return new String(process.getInputStream().readAllBytes(), US_ASCII).strip();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Counts. */
  private static final class CountFn extends DoFn<byte[], Void> {
    @ProcessElement
    public void process(@Element byte[] element) {
      Metrics.counter("test", "elements").inc(element.length == 0 ? 0 : 1);
    }
  }

  private static Chunk<byte[]> open(int bytes, long from, long to) {
    long[] next = {from};
    return new Chunk<byte[]>() {
      @Override
      public byte @Nullable [] next() {
        return next[0]++ < to ? new byte[bytes] : null;
      }
    };
  }

  /** Of the child. */
  public static void main(String[] args) {
    int bytes = Integer.parseInt(args[1]);
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    pipeline
        .apply(
            Chunks.of(
                    Integer.parseInt(args[0]),
                    ByteArrayCoder.of(),
                    (from, to) -> open(bytes, from, to))
                .size(50)
                .parallelism(2))
        .apply(ParDo.of(new CountFn()));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    MetricsFilter counted =
        MetricsFilter.builder().addNameFilter(MetricNameFilter.named("test", "elements")).build();
    for (MetricResult<Long> each : result.metrics().queryMetrics(counted).getCounters()) {
      System.out.println(each.getCommitted());
    }
  }
}
