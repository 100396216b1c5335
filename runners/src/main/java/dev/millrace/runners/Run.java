// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** One run of a command: its options, its identity, its clock and the wish to end it. */
final class Run {

  private static final DateTimeFormatter STARTED =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Console console;
  private final CommonOptions options;
  private final Stop stop;
  private final String id = newId();
  private final long startNanos = System.nanoTime();
  private volatile long endNanos;

  Run(Console console, CommonOptions options, Stop stop) {
    this.console = console;
    this.options = options;
    this.stop = stop;
  }

  /** Sorts by time and tells apart what starts within one second. */
  static String newId() {
    return "%s-%08x"
        .formatted(STARTED.format(Instant.now()), ThreadLocalRandom.current().nextInt());
  }

  Console console() {
    return console;
  }

  CommonOptions options() {
    return options;
  }

  Stop stop() {
    return stop;
  }

  String id() {
    return id;
  }

  /** A line about what happens, for people who did not ask for quiet. */
  void tell(String line) {
    if (!options.quiet) {
      console.err().println(line);
    }
  }

  /** What comes now is reported apart. */
  void stopClock() {
    endNanos = System.nanoTime();
  }

  Duration elapsed() {
    return Duration.ofNanos((endNanos == 0 ? System.nanoTime() : endNanos) - startNanos);
  }
}
