// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import dev.millrace.monitor.run.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process runs on. */
public final class ThisMachine {

  static final String HOST = host();

  private ThisMachine() {}

  /** As a run that begins here has it. */
  public static Machine machine() {
    return new Machine(
        HOST,
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory(),
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")),
        Runtime.version().toString());
  }

  /** What the system calls itself; asking a name server may take seconds. */
  private static String host() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException notLinux) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (IOException unknown) {
        return "localhost";
      }
    }
  }
}
