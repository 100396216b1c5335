// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import dev.millrace.runners.console.Console;
import java.nio.file.Path;

/** The file that what is known of runs is kept in. */
public final class HistoryFile {

  /** In place of a file: keep nothing. */
  public static final String NONE = "none";

  /** The environment variable of the option. */
  public static final String VARIABLE = "MILLRACE_HISTORY";

  private HistoryFile() {}

  /** Where histories are kept, unless something else was said. */
  public static Path usual(Console console) {
    return Console.state(console.environment()).resolve("history.db");
  }
}
