// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import dev.millrace.observe.Measure;
import dev.millrace.runners.TestConsole;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Another process that copies a table, and whose heap is nearly full of something else from the
 * first rows on until it is told a line.
 */
final class FullHeapChild {

  /** What is left of the heap is enough, and not more. */
  private static final long LEFT = 16 << 20;

  private static final int PIECE = 1 << 15;
  private static final int ROUNDS = 3;

  /** Where garbage goes, so that it is made. */
  static volatile byte[] garbage = new byte[0];

  private FullHeapChild() {}

  static Process start(String url, Path state) throws IOException {
    return ChildJvm.start(
        List.of("-Xmx192m", "-XX:+UseSerialGC"), FullHeapChild.class, url, state.toString());
  }

  /** Of the child; prints the exit code of the copy, and what it said. */
  public static void main(String[] args) throws Exception {
    TestConsole console = TestConsole.withState(Path.of(args[1]), Map.of());
    CompletableFuture<Integer> run =
        CompletableFuture.supplyAsync(
            () -> console.sync(args[0], "item", "copy", "--block-size=64KiB", "--parallelism=2"));
    while (Measure.ROWS_WRITTEN.total() == 0 && !run.isDone()) {
      Thread.sleep(50);
    }
    List<byte[]> ballast = new ArrayList<>();
    Runtime heap = Runtime.getRuntime();
    for (int i = 0; i < ROUNDS; i++) {
      System.gc();
      while (heap.maxMemory() - heap.totalMemory() + heap.freeMemory() > LEFT) {
        ballast.add(new byte[PIECE]);
      }
    }
    while (System.in.available() == 0 && !run.isDone()) {
      garbage = new byte[PIECE];
    }
    int pieces = ballast.size();
    ballast.clear();
    System.gc();
    System.out.print(run.join() + " beside " + pieces + " pieces: " + console.err());
  }
}
