// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace state}: its options, and nothing that needs a database driver. */
@Command(
    name = "state",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = "Shows what sync --mode=ledger has copied, and forgets jobs.",
    footer = {
      "",
      "Forgetting a job removes no rows from its table; run again, the job copies all of them.",
      "",
      "Examples:",
      "  millrace state --target=jdbc:postgresql://db2/dwh",
      "  millrace state --target=jdbc:postgresql://db2/dwh --job='orders into orders' --reset --yes"
    })
public final class StateCommand extends RunCommand {

  private final Console console;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database that is written to, which holds the ledger.")
  String target = "";

  @Option(
      names = "--job",
      paramLabel = "NAME",
      description = "This job only, with its splits; default: all jobs.")
  @Nullable String job;

  @Option(names = "--reset", description = "Forget the job; says what that means until --yes.")
  boolean reset;

  @Option(
      names = "--prune",
      paramLabel = "DAYS",
      converter = CommonOptions.PositiveConverter.class,
      description = "Forget the jobs that were done so many days ago; lists them until --yes.")
  @Nullable Integer prune;

  @Option(names = "--yes", description = "Do what --reset or --prune says.")
  boolean yes;

  public StateCommand(Console console) {
    super(console);
    this.console = console;
  }

  @Override
  protected boolean moves() {
    return false;
  }

  @Override
  protected boolean isKept() {
    return false;
  }

  @Override
  protected Work work() {
    if (reset && job == null) {
      throw new UsageException("Cannot reset: no job is named; name one with --job");
    }
    if (reset && prune != null) {
      throw new UsageException("Cannot reset and prune at once: choose one");
    }
    ConnectionSpec database = Credentials.of("target", target, console.environment());
    return new StateWork(this, database);
  }
}
