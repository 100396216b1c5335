// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

/** What the samples of a call tree add up to. */
enum View {
  /** Time on a processor, in Java. */
  CPU("CPU", "seconds", "samples of threads that ran Java code, 10 ms each"),
  /** Objects made on the heap. */
  ALLOCATION("Allocation", "bytes", "samples of objects, each for what its thread made since"),
  /** Time in which others held a monitor, or a thread was parked. */
  LOCKS("Locks", "seconds", "waits of 1 ms and more for monitors, locks and slots"),
  /** Time in reads and writes of sockets and files. */
  IO("I/O time", "seconds", "calls of 0.1 ms and more that read or write a socket or a file"),
  /** What these moved. */
  IO_BYTES("I/O bytes", "bytes", "what calls of 0.1 ms and more read and wrote");

  private final String title;
  private final String unit;
  private final String basis;

  View(String title, String unit, String basis) {
    this.title = title;
    this.unit = unit;
    this.basis = basis;
  }

  /** For people. */
  String title() {
    return title;
  }

  /** Of what a page shows; times are kept in nanoseconds. */
  String unit() {
    return unit;
  }

  /** What was counted. */
  String basis() {
    return basis;
  }
}
