// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Another process that copies a table, with a heap that is nearly full of something else. */
final class SmallHeapChild {

  /** What is left of the heap is enough, and not more. */
  private static final long LEFT = 16 << 20;

  private SmallHeapChild() {}

  /** What it found to be the cause. */
  static String run(String url) throws IOException {
    return ChildJvm.output(List.of("-Xmx192m", "-XX:+UseSerialGC"), SmallHeapChild.class, url);
  }

  /** Of the child. */
  public static void main(String[] args) {
    ConnectionSpec spec = ConnectionSpec.of(args[0]);
    CopyRun.direct(spec, CopyRun.nothing());
    System.gc();
    Runtime heap = Runtime.getRuntime();
    List<Object> ballast = new ArrayList<>();
    while (heap.maxMemory() - heap.totalMemory() + heap.freeMemory() > LEFT) {
      ballast.add(new ArrayList<>(List.of(ballast.size())));
    }
    CopyRun run = CopyRun.direct(spec, CopyRun.nothing());
    System.out.print(ballast.isEmpty() ? "no ballast" : cause(run.bottleneck()));
  }

  /** On a busy machine a thread waits for a processor as well, which is not what this is about. */
  private static Spent cause(Bottleneck found) {
    StageTime stage = found.stage();
    return found.cause() == Spent.PROCESSOR
            && stage.seconds(Spent.GC) > stage.seconds(Spent.WORKING)
        ? Spent.GC
        : found.cause();
  }
}
