// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

/** What a command does once its options are read; the first class that may touch Beam. */
@FunctionalInterface
public interface Work {

  /** Does it. A failure is thrown; nobody prints but the caller. */
  Outcome run(Run run) throws Exception;
}
