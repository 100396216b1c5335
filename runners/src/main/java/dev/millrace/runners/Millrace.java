// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Settings;
import dev.millrace.runners.option.Usage;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.RunSummary;
import java.util.List;
import picocli.CommandLine;

/**
 * The command {@code millrace}.
 *
 * <p>Neither this class nor the commands touch Beam, Flink or Arrow before a command runs: {@code
 * --help} answers in a fraction of a second.
 */
public final class Millrace {

  private Millrace() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(run(Console.ofProcess(), args));
  }

  /** Runs the command within this process and returns the exit code. */
  static int run(Console console, String... args) {
    return run(console, Commands.create(console), args);
  }

  static int run(Console console, CommandLine line, String... args) {
    try {
      Settings settings = Settings.of(console, args, line.getCommandSpec());
      line.setDefaultValueProvider(settings);
      Usage usage = new Usage(settings, args);
      line.setParameterExceptionHandler(
          (e, arguments) ->
              refuse(console, e.getCommandLine().getCommandName(), usage.sentence(e), args));
      return line.execute(args);
    } catch (UsageException e) {
      return refuse(console, line.getCommandName(), Sentence.of("run", e), args);
    }
  }

  private static int refuse(Console console, String command, String sentence, String[] args) {
    String error = Sentence.redact(sentence);
    console.err().println(error);
    if (List.of(args).contains("--json")) {
      console.out().println(RunSummary.refused(command, Run.newId(), error).toJson());
    }
    return ExitCode.USAGE;
  }
}
