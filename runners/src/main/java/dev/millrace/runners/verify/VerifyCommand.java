// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.verify;

import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.NumberConverter;
import dev.millrace.runners.option.WordConverter;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import dev.millrace.verify.WindowLength;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace verify}: its options, and nothing that needs a database driver. */
@Command(
    name = "verify",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = "Compares a table with its copy, down to the keys that differ, and repairs it.",
    footer = {
      "",
      "Exits with 0 when the rows are equal and with 5 when they are not.",
      "",
      "Example:",
      "  millrace verify --source=jdbc:postgresql://db1/shop --table=public.orders \\",
      "      --target=jdbc:postgresql://db2/dwh --into=staging.orders"
    })
public final class VerifyCommand extends RunCommand {

  private static final int MOST_DIFFERENCES = 1_000_000;

  @Option(
      names = "--source",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database copied from.")
  String source = "";

  @Option(
      names = "--table",
      required = true,
      paramLabel = "TABLE",
      description = "Its table or view, as in public.orders.")
  String table = "";

  @Option(
      names = "--target",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database copied to.")
  String target = "";

  @Option(names = "--into", paramLabel = "TABLE", description = "Its table; default: as --table.")
  @Nullable String into;

  @Option(
      names = "--key",
      split = ",",
      paramLabel = "COL",
      description = {
        "The columns that tell rows apart; default: the key of the source, or else of the",
        "target. Where there is none, whole rows are compared."
      })
  List<String> key = List.of();

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "COL",
      description = "The columns to compare; default: all of the source.")
  List<String> columns = List.of();

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description = "Compare only the rows for which this condition holds, on both sides.")
  String where = "";

  @Option(
      names = "--cursor",
      paramLabel = "COL",
      description = "A column that grows with each version of a row.")
  String cursor = "";

  @Option(
      names = "--synced-to",
      paramLabel = "VALUE",
      description = {
        "Rows of the source whose cursor is at or above this need not be in the target yet;",
        "they are counted apart. Default: what the target's ledger says of --job."
      })
  @Nullable String syncedTo;

  @Option(
      names = "--job",
      paramLabel = "NAME",
      description = {"The job of the sync by --cursor; default: the name that sync gives it."})
  @Nullable String job;

  @Option(
      names = "--by-window",
      arity = "0..1",
      fallbackValue = "fitting",
      paramLabel = "LENGTH",
      converter = WindowConverter.class,
      description = {
        "For a table whose rows never change: compare by windows of the cursor, each a minute,",
        "hour, day, month or year long, or, without a length, what fits."
      })
  @Nullable WindowLength byWindow;

  @Option(names = "--repair", description = "Copy again the rows that are missing or different.")
  boolean repair;

  @Option(
      names = "--delete-extra",
      description = "With --repair: delete the rows that the source does not have.")
  boolean deleteExtra;

  @Option(
      names = "--limit",
      defaultValue = "20",
      paramLabel = "N",
      converter = LimitConverter.class,
      description = "Name so many keys of each kind of difference, at most; default: 20.")
  int limit;

  public VerifyCommand(Console console) {
    super(console);
  }

  @Override
  protected boolean moves() {
    return false;
  }

  @Override
  protected void check(CommonOptions options) {
    if (options.runner.isCluster()) {
      throw new UsageException(
          "Invalid --runner: %s (must be left out: the databases compare, no runner does)"
              .formatted(options.runner));
    }
    if (deleteExtra && !repair) {
      throw new UsageException("Invalid --delete-extra: true (must come with --repair)");
    }
    if ((syncedTo != null || byWindow != null || job != null) && cursor.isEmpty()) {
      throw new UsageException(
          "Cannot verify: %s goes by a cursor; name its column with --cursor"
              .formatted(
                  syncedTo != null ? "--synced-to" : byWindow != null ? "--by-window" : "--job"));
    }
  }

  @Override
  protected String pipeline() {
    return "verify %s with %s".formatted(table, into == null ? table : into);
  }

  @Override
  protected Work work() {
    return new VerifyWork(this);
  }

  static final class WindowConverter extends WordConverter<WindowLength> {
    WindowConverter() {
      super(WindowLength.class);
    }
  }

  static final class LimitConverter extends NumberConverter {
    LimitConverter() {
      super(0, MOST_DIFFERENCES);
    }
  }
}
