// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.util.Locale;

/** What a thread spends its time on while it is within a {@link Stage}. */
public enum Spent {
  /** It computes: measured, not what is left. */
  WORKING("at work on a processor"),
  /** A server has not answered yet, or is given time to come back. */
  DATABASE("waiting for the database to answer"),
  /** The server has not answered because others hold locks, as far as that was seen. */
  LOCK("waiting for the database's locks"),
  /** Others have all the connections, or one is being opened. */
  CONNECTION("waiting for a connection"),
  /** Others have all the slots of a pool. */
  SLOT("waiting for a slot of a pool"),
  /** A cache's heap does not have something, and it comes from below or from its source. */
  LOADING("waiting for what its cache did not have"),
  /** The steps that follow do their work on the same thread, or do not take more for now. */
  DOWNSTREAM("waiting for the steps that follow"),
  /** The garbage collector has stopped all threads. */
  GC("stopped by the garbage collector"),
  /** It could go on, but other threads and processes have the processors. Known on Linux only. */
  PROCESSOR("waiting for a processor"),
  /** None of these. */
  REST("waiting for what is not known");

  private final String words;

  Spent(String words) {
    this.words = words;
  }

  /** The value of a label, as in {@code working}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The same as a part of a sentence, as in {@code waiting for a connection}. */
  public String words() {
    return words;
  }
}
