// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.runners.console.CommandGroup;
import dev.millrace.runners.console.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace flink}: the commands about a cluster of this machine, and the jobs of any. */
@Command(
    name = "flink",
    description = "A Flink cluster of separate processes on this machine, and the jobs of any.",
    synopsisSubcommandLabel = "COMMAND")
public final class FlinkCommand extends CommandGroup {

  private FlinkCommand(Console console) {
    super(console);
  }

  /**
   * The command with those below it.
   *
   * @param other what runs the commands that jobs are of
   */
  public static CommandLine line(Console console, OtherCommand other) {
    CommandLine line = new CommandLine(new FlinkCommand(console));
    line.addSubcommand(new FlinkUpCommand(console));
    line.addSubcommand(new FlinkStatusCommand(console));
    CommandLine submit = new CommandLine(new FlinkSubmitCommand(console, other));
    // What follows its first word belongs to the command submitted.
    submit.setStopAtPositional(true);
    line.addSubcommand(submit);
    line.addSubcommand(new FlinkListCommand(console));
    line.addSubcommand(new FlinkLogsCommand(console));
    line.addSubcommand(new FlinkStopCommand(console));
    line.addSubcommand(new FlinkResumeCommand(console, other));
    line.addSubcommand(new FlinkCancelCommand(console));
    line.addSubcommand(new FlinkDownCommand(console));
    return line;
  }
}
