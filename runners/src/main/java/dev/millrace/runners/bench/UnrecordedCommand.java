// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.bench;

import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.option.HistoryFile;
import java.util.List;

/**
 * This command as a process of its own that leaves no trace in the history: hundreds of measured or
 * killed runs are nobody's history.
 */
record UnrecordedCommand(Children children) implements MillraceCommand {

  @Override
  public ProcessBuilder with(List<String> jvmFlags, List<String> arguments) {
    ProcessBuilder builder = children.command(jvmFlags, arguments);
    builder.environment().put(HistoryFile.VARIABLE, HistoryFile.NONE);
    return builder;
  }
}
