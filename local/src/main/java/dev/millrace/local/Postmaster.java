// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's main process, as the files in its data folder tell of it.
 *
 * @param data the data folder
 */
record Postmaster(Path data) {

  private static final Duration END_LIMIT = Duration.ofSeconds(30);
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  /** The program, and each argument in double quotes. */
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  static Postmaster of(Path data) {
    return new Postmaster(data);
  }

  long pid() throws IOException {
    return Long.parseLong(pidFile().get(0).strip());
  }

  private List<String> pidFile() throws IOException {
    return Files.readAllLines(data.resolve("postmaster.pid"), StandardCharsets.UTF_8);
  }

  /** Sends the signal that means: at once. */
  void crash() throws IOException {
    ProcessHandle process =
        ProcessHandle.of(pid()).orElseThrow(() -> new IOException("Cannot crash: it is not there"));
    await(new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start());
    for (long waited = 0; process.isAlive(); waited += LOOK_EVERY.toMillis()) {
      if (waited > END_LIMIT.toMillis()) {
        throw new IOException("Cannot crash: the server goes on");
      }
      pause();
    }
    // Left behind, it would say of the next server that it is ready.
    Files.deleteIfExists(data.resolve("postmaster.pid"));
  }

  /** Starts it as it was started before, and waits until it answers. */
  void start(Duration limit) throws IOException {
    List<String> command = new ArrayList<>();
    // A server refuses to run as root; in a namespace of its own nobody is.
    if (isRoot()) {
      command.addAll(List.of("unshare", "-U"));
    }
    Matcher words =
        WORD.matcher(Files.readString(data.resolve("postmaster.opts"), StandardCharsets.UTF_8));
    while (words.find()) {
      command.add(words.group(1) == null ? words.group(2) : words.group(1));
    }
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    for (long waited = 0; !isReady(); waited += LOOK_EVERY.toMillis()) {
      if (!process.isAlive() || waited > limit.toMillis()) {
        process.destroyForcibly();
        throw new IOException("Cannot start the server again in " + data);
      }
      pause();
    }
  }

  /** The eighth line of its file says so. */
  private boolean isReady() {
    try {
      List<String> lines = pidFile();
      return lines.size() >= 8 && lines.get(7).strip().equals("ready");
    } catch (IOException notYet) {
      return false;
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static void await(Process process) throws IOException {
    try {
      process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot wait for " + process.info(), e);
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot wait for the server", e);
    }
  }
}
