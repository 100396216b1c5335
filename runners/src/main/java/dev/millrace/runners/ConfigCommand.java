// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace config}: what options are set to, and where. */
@Command(
    name = "config",
    description = "What options are set to outside of flags, and where.",
    synopsisSubcommandLabel = "COMMAND")
final class ConfigCommand implements Callable<Integer> {

  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec before anything else happens
  private ConfigCommand(Console console) {
    this.console = console;
  }

  /** The command with those below it. */
  static CommandLine line(Console console) {
    CommandLine line = new CommandLine(new ConfigCommand(console));
    line.addSubcommand(new ConfigExplainCommand(console));
    return line;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(console.err());
    return ExitCode.USAGE;
  }
}
