// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import org.jspecify.annotations.Nullable;

/**
 * Whose work a thread did.
 *
 * @param kind of it
 * @param name of the stage or step, or who else it is
 */
record Group(Kind kind, String name) {

  /** What there is to work for. */
  enum Kind {
    /** One that measures itself. */
    STAGE(""),
    /** A step of the pipeline that is no stage, by the class of its {@code DoFn}. */
    STEP("step "),
    /** Neither. */
    OUTSIDE("no stage: ");

    private final String before;

    Kind(String before) {
      this.before = before;
    }
  }

  private static final Group RECORDER = new Group(Kind.OUTSIDE, "the recording");
  private static final Group COMMAND = new Group(Kind.OUTSIDE, "the command");
  private static final Group RUNNER = new Group(Kind.OUTSIDE, "the runner");

  static Group stage(String name) {
    return new Group(Kind.STAGE, name);
  }

  static Group step(String name) {
    return new Group(Kind.STEP, name);
  }

  /** Of a thread that is in neither. */
  static Group outside(@Nullable String thread) {
    String name = String.valueOf(thread);
    if (name.startsWith("JFR ")) {
      return RECORDER;
    }
    return name.equals("main") || name.startsWith("millrace-") ? COMMAND : RUNNER;
  }

  /** As a call tree has it, which holds all kinds. */
  String label() {
    return kind.before + name;
  }
}
