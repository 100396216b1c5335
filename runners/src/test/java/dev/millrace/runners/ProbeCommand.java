// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Work;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A command whose work the test brings along. */
@Command(name = "probe")
public final class ProbeCommand extends RunCommand {

  @Option(names = "--table", required = true)
  public String table = "";

  @Option(names = "--key", split = ",")
  public List<String> key = List.of();

  private final Work work;

  private ProbeCommand(Console console, Work work) {
    super(console);
    this.work = work;
  }

  @Override
  public CommonOptions common() {
    return super.common();
  }

  @Override
  protected Work work() {
    return work;
  }

  /** Runs {@code millrace} with this command among the others. */
  public static int run(TestConsole console, Work work, String... args) {
    CommandLine line = Commands.create(console.console());
    line.addSubcommand(new ProbeCommand(console.console(), work));
    return Millrace.run(console.console(), line, args);
  }

  /** Runs it without work and returns the command with its options read. */
  public static ProbeCommand parse(TestConsole console, String... args) {
    CommandLine line = Commands.create(console.console());
    ProbeCommand probe = new ProbeCommand(console.console(), run -> Outcome.of(Counts.NONE));
    line.addSubcommand(probe);
    int code = Millrace.run(console.console(), line, args);
    if (code != ExitCode.DONE) {
      throw new IllegalStateException("Cannot parse: " + console.err());
    }
    return probe;
  }
}
