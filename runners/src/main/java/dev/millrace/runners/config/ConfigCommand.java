// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.config;

import dev.millrace.runners.console.CommandGroup;
import dev.millrace.runners.console.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code millrace config}: what options are set to, and where. */
@Command(
    name = "config",
    description = "What options are set to outside of flags, and where.",
    synopsisSubcommandLabel = "COMMAND")
public final class ConfigCommand extends CommandGroup {

  private ConfigCommand(Console console) {
    super(console);
  }

  /** The command with those below it. */
  public static CommandLine line(Console console) {
    CommandLine line = new CommandLine(new ConfigCommand(console));
    line.addSubcommand(new ConfigExplainCommand(console));
    return line;
  }
}
