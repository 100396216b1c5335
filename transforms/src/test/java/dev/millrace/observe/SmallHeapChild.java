// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.util.List;

/** Another process that copies a table, with a heap that is nearly full of something else. */
final class SmallHeapChild {

  /** What is left of the heap is enough, and not more: to find it, all the rest is looked at. */
  private static final long LEFT = 12 << 20;

  private SmallHeapChild() {}

  /** What it found to be the cause, and what of. */
  static String run(String url) throws IOException {
    return ChildJvm.output(List.of("-Xmx256m", "-XX:+UseSerialGC"), SmallHeapChild.class, url);
  }

  /** Of the child. */
  public static void main(String[] args) {
    ConnectionSpec spec = ConnectionSpec.of(args[0]);
    CopyRun.direct(spec, CopyRun.nothing());
    System.gc();
    Runtime heap = Runtime.getRuntime();
    // A chain leaves no garbage behind, which would be room after the first collection.
    Object[] ballast = {};
    while (heap.maxMemory() - heap.totalMemory() + heap.freeMemory() > LEFT) {
      ballast = new Object[] {ballast, null, null, null};
    }
    CopyRun run = CopyRun.direct(spec, CopyRun.nothing());
    System.out.print(ballast.length == 0 ? "no ballast" : run.bottleneck().cause() + " of " + run);
  }
}
