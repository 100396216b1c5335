// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import com.google.common.base.Throwables;
import dev.millrace.block.Blocks;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Memory;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** A JVM with a heap of 384 MiB, in which table s is copied into table t. */
final class ScarceChild {

  private static final int HEAP = 384;

  private static final List<byte[]> HOARD = Collections.synchronizedList(new ArrayList<>());

  private ScarceChild() {}

  /** Runs one to its end and returns what it said. */
  static List<String> run(String url, String task) throws IOException {
    List<String> options = List.of("-Xmx" + HEAP + "m", "-XX:+UseSerialGC");
    return ChildJvm.output(options, ScarceChild.class, url, task).lines().toList();
  }

  @SuppressWarnings("SystemOut") // Its parent reads it.
  private static void say(String line) {
    System.out.println(line);
  }

  public static void main(String[] args) throws Exception {
    switch (args[1]) {
      case "scarce" -> scarce(args[0]);
      case "hoard" -> hoard(args[0]);
      default -> {
        copyUnderLedger(args[0], false);
        say("done");
      }
    }
    // Threads of the direct runner may still be at it.
    Runtime.getRuntime().halt(0);
  }

  private static void scarce(String url) {
    // Of the two thirds in which the old lives, a little more than four fifths.
    hoard(HEAP * 2 / 3 * 82 / 100);
    awaitRoom(true);
    say("bytes of a block while scarce: " + append(url));
    HOARD.clear();
    awaitRoom(false);
    say("bytes of a block afterwards: " + append(url));
    Events.latest().forEach(event -> say("event: " + event.text()));
  }

  private static void hoard(int mebibytes) {
    for (int i = 0; i < mebibytes; i++) {
      HOARD.add(new byte[1 << 20]);
    }
  }

  private static void awaitRoom(boolean isScarce) {
    System.gc();
    double part = Memory.ofThisJvm().room();
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while ((isScarce ? part > 0.5 : part < 1) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      part = Memory.ofThisJvm().room();
    }
  }

  private static long append(String url) {
    long blocks = Measure.BLOCKS.total();
    long bytes = Measure.BYTES.total();
    Pipeline pipeline = pipeline();
    ConnectionSpec spec = ConnectionSpec.of(url);
    pipeline.apply(ReadTable.from(spec, "s").parallelism(1)).apply(WriteTable.into(spec, "t"));
    pipeline.run().waitUntilFinish();
    return (Measure.BYTES.total() - bytes) / (Measure.BLOCKS.total() - blocks);
  }

  private static Pipeline pipeline() {
    return Pipeline.create(
        PipelineOptionsFactory.fromArgs("--targetParallelism=1", "--enforceImmutability=false")
            .create());
  }

  private static void hoard(String url) throws Exception {
    try {
      copyUnderLedger(url, true);
    } catch (Throwable failure) {
      HOARD.clear();
      say("failed of " + Throwables.getRootCause(failure).getClass().getName());
      say("report: " + Memory.ofThisJvm().report());
    }
  }

  private static void copyUnderLedger(String url, boolean isHoarding) throws Exception {
    ConnectionSpec spec = ConnectionSpec.of(url);
    try (LedgerJob job = LedgerJob.open(spec, "j")) {
      ReadTable.Planned planned = ReadTable.from(spec, "s").resume(job, "t", "run", "test");
      Pipeline pipeline = pipeline();
      pipeline
          .apply(planned)
          .apply(
              Blocks.map(
                  planned.schema(),
                  (batch, allocator) -> {
                    hoard(isHoarding ? 40 : 0);
                    return batch;
                  }))
          .apply(WriteTable.into(spec, "t").ledger(planned.ledger().orElseThrow()));
      pipeline.run().waitUntilFinish();
      job.finish();
    }
  }
}
