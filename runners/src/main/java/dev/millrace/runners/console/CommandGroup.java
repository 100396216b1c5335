// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that only has others below it: called without one of them, it says how it is used. */
public abstract class CommandGroup implements Callable<Integer> {

  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec before anything else happens
  protected CommandGroup(Console console) {
    this.console = console;
  }

  @Override
  public final Integer call() {
    spec.commandLine().usage(console.err());
    return ExitCode.USAGE;
  }
}
