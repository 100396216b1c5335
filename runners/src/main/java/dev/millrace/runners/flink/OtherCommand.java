// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.runners.console.Console;

/** Runs another command of this command line, as if it had been given in its place. */
@FunctionalInterface
public interface OtherCommand {

  /**
   * Runs it to its end.
   *
   * @param words the command with its options
   * @return its exit code
   */
  int run(Console console, String... words);
}
