// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

/** What a command does once its options are read; the first class that may touch Beam. */
@FunctionalInterface
interface Work {

  /** Does it. A failure is thrown; nobody prints but the caller. */
  Outcome run(Run run) throws Exception;
}
