// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import dev.millrace.control.ByteSize;
import dev.millrace.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** Another process with a cache on disk, which writes and removes until it is killed. */
final class DiskChild implements AutoCloseable {

  /** Keys that a child has removed, and never puts again. */
  static final int REMOVED = 50;

  static final int KEYS = 5_000;
  static final int SIZE = 300;
  static final String CACHE = "child";
  static final ByteSize BYTES = ByteSize.ofMebibytes(1);

  private final Process process;
  private final BufferedReader output;

  private DiskChild(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Starts one, and returns when it has removed what it was to remove, and goes on writing. */
  static DiskChild start(Path disk, String... before) throws IOException {
    List<String> options = List.of("-Xmx64m");
    DiskChild child =
        new DiskChild(ChildJvm.start(List.of(before), options, DiskChild.class, disk.toString()));
    String line = child.output.readLine();
    if (!"ready".equals(line)) {
      child.close();
      throw new IOException("Cannot start a child: it said " + line);
    }
    return child;
  }

  /** The next line of its output. */
  String line() throws IOException {
    return String.valueOf(output.readLine());
  }

  /** By SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Of the child. */
  public static void main(String[] args) throws Exception {
    DiskSettings settings = DiskSettings.of(args[0]).withBytes(BYTES);
    try (DiskTier tier = DiskTier.open(CACHE, settings, Clock.systemUTC())) {
      tier.put(Entries.entries(0, REMOVED, SIZE));
      tier.remove(Entries.keys(0, REMOVED));
      System.out.println("ready");
      long wrong = 0;
      for (int i = 0; ; i++) {
        int from = REMOVED + i * 37 % (KEYS - REMOVED);
        tier.put(Entries.entries(from, from + 37, SIZE));
        if (i % 20 == 0) {
          wrong +=
              tier.get(Entries.keys(from, from + 500)).values().stream()
                  .filter(entry -> !entry.equals(Entries.entry(entry.cost(), SIZE)))
                  .count();
        }
        if (i == 300) {
          long dropped = Entries.dropped(CACHE, "disk", "failed");
          System.out.printf("%d dropped, %d there, %d wrong%n", dropped, tier.entries(), wrong);
        }
      }
    }
  }
}
