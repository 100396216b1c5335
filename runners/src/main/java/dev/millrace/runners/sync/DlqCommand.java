// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace dlq}: its options, and nothing that needs a database driver. */
@Command(
    name = "dlq",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = "Shows the rows that a target refused, writes them again, or drops them.",
    footer = {
      "",
      "Rows come here with --max-rejects. Mend the table, or a row's values in the column payload",
      "of millrace.reject, and replay: a row is taken from there in the transaction that writes it.",
      "",
      "Examples:",
      "  millrace dlq list --target=jdbc:postgresql://db2/dwh",
      "  millrace dlq replay --target=jdbc:postgresql://db2/dwh --into=staging.orders"
    })
public final class DlqCommand extends RunCommand {

  private static final List<String> ACTIONS = List.of("list", "show", "replay", "drop");

  private static final List<String> LOOKS = List.of("list", "show");

  private final Console console;

  @Parameters(
      arity = "0..1",
      paramLabel = "ACTION",
      description = {
        "list (the default): how many rows were refused, by table and reason;",
        "show: the rows with their values;",
        "replay: write them again;",
        "drop: forget them, with --yes."
      })
  String action = "list";

  @Option(
      names = "--target",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database that refused them.")
  String target = "";

  @Option(
      names = "--into",
      paramLabel = "TABLE",
      description = "Those of this table only; default: of all.")
  String into = "";

  @Option(
      names = "--run",
      paramLabel = "ID",
      description = "Those of this run only; default: of all.")
  String run = "";

  @Option(
      names = "--id",
      split = ",",
      paramLabel = "N",
      description = "These rows only, by the numbers that show tells; default: all.")
  List<Long> ids = List.of();

  @Option(
      names = "--limit",
      defaultValue = "20",
      paramLabel = "N",
      converter = CommonOptions.PositiveConverter.class,
      description = "Show so many rows at most; default: 20.")
  int limit = 20;

  @Option(names = "--yes", description = "Do what drop says.")
  boolean yes;

  public DlqCommand(Console console) {
    super(console);
    this.console = console;
  }

  @Override
  protected boolean moves() {
    return false;
  }

  @Override
  protected boolean isKept() {
    return super.isKept() && !LOOKS.contains(action);
  }

  @Override
  protected Work work() {
    if (!ACTIONS.contains(action)) {
      throw new UsageException(
          "Invalid action: %s (must be list, show, replay or drop)".formatted(action));
    }
    ConnectionSpec database = Credentials.of("target", target, console.environment());
    return new DlqWork(this, database);
  }
}
