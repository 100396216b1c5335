// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace demo}. */
@Command(
    name = "demo",
    description = "Takes air quality from bronze to silver to gold on an embedded PostgreSQL.")
final class DemoCommand extends RunCommand {

  private final Console console;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A folder with the files of the UCI data set; default: generated data.")
  @Nullable Path data;

  @Option(
      names = "--target",
      paramLabel = "JDBC_URL",
      description = "Your own database instead of an embedded one.")
  @Nullable String target;

  @Option(
      names = "--no-cache",
      description =
          "Compute everything again, also what is unchanged since the last run on the same --target.")
  boolean noCache;

  DemoCommand(Console console) {
    super(console);
    this.console = console;
  }

  @Override
  protected void check(CommonOptions options) {
    if (options.detached) {
      throw new UsageException(
          "Invalid --detached: true (must be left out: demo runs one pipeline after another)");
    }
  }

  @Override
  protected Work work() {
    ConnectionSpec database =
        target == null ? null : Credentials.of("target", target, console.environment());
    return new DemoWork(data, database, !noCache);
  }
}
