// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import java.io.IOException;
import java.nio.file.Path;

/** A file system in memory that a process has in a namespace of its own, to be filled up. */
public final class SmallDisk {

  /** What is assumed where {@link #canBeMounted}. */
  public static final String ASSUMPTION =
      "a file system can be mounted in a namespace: unshare -Urm mount -t tmpfs";

  private SmallDisk() {}

  /** Whether this machine lets us have one. */
  public static boolean canBeMounted(Path folder) throws InterruptedException {
    try {
      return new ProcessBuilder(
                  "unshare", "-Urm", "mount", "-t", "tmpfs", "none", folder.toString())
              .start()
              .waitFor()
          == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }
}
