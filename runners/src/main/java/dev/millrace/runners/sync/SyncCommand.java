// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.pipelines.sync.SyncOptions.Mode;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.WordConverter;
import dev.millrace.runners.pipeline.LimitOptions;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace sync}: its options, and nothing that needs Beam. */
@Command(
    name = "sync",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = "Copies a table from one PostgreSQL database to another, in parallel.",
    footer = {
      "",
      "Example:",
      "  millrace sync --source=jdbc:postgresql://db1/shop --table=public.orders \\",
      "      --target=jdbc:postgresql://db2/dwh --into=staging.orders --mode=upsert --key=id"
    })
public final class SyncCommand extends RunCommand {

  @Option(
      names = "--source",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database to read.")
  String source = "";

  @Option(
      names = "--table",
      required = true,
      paramLabel = "TABLE",
      description = "The table to read, as in public.orders.")
  String table = "";

  @Option(
      names = "--target",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database to write.")
  String target = "";

  @Option(
      names = "--into",
      paramLabel = "TABLE",
      description = "The table to write, which must exist; default: as --table.")
  @Nullable String into;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      converter = ModeConverter.class,
      description = {
        "append (default): every row is added; upsert (default with --cursor): a row replaces",
        "that of its key; ledger: every row is added exactly once, and a run goes on where the",
        "last one ended."
      })
  @Nullable Mode mode;

  @Option(
      names = "--key",
      split = ",",
      paramLabel = "COL",
      description = {
        "The columns that --mode=upsert goes by, unique in the target, or --mode=ledger,",
        "which reads the source in their order; default there: the source's key."
      })
  List<String> key = List.of();

  @Option(
      names = "--job",
      paramLabel = "NAME",
      description = "What --mode=ledger calls this copy; default: \"TABLE into INTO\".")
  String job = "";

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "COL",
      description = "The columns to copy; default: all.")
  List<String> columns = List.of();

  @Option(
      names = "--read-by",
      split = ",",
      paramLabel = "COL",
      description = "The columns to read a view by, or a table without pages and key of its own.")
  List<String> readBy = List.of();

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description = "Copy only the rows for which this condition holds.")
  String where = "";

  @Option(
      names = "--checksum",
      description = "Sum up source and target afterwards; reads both once more.")
  boolean checksum;

  @Mixin CursorOptions since = new CursorOptions();

  @Mixin RejectOptions rejects = new RejectOptions();

  @Mixin LimitOptions limits = new LimitOptions();

  public SyncCommand(Console console) {
    super(console);
  }

  Mode mode() {
    return mode != null ? mode : since.isGiven() ? Mode.UPSERT : Mode.APPEND;
  }

  @Override
  protected void check(CommonOptions options) {
    since.check();
    rejects.check();
    if (since.isGiven() && mode() == Mode.APPEND) {
      throw new UsageException(
          "Invalid --mode: append (must be upsert or ledger with --cursor, which adds or replaces"
              + " each row exactly once)");
    }
    if (!since.fromSavepoint.isEmpty() && !(since.follow && options.runner.isCluster())) {
      throw new UsageException(
          "Invalid --from-savepoint: %s (must go with --follow and --runner=flink://HOST:PORT)"
              .formatted(since.fromSavepoint));
    }
    if (options.detached && checksum) {
      throw new UsageException(
          "Invalid --checksum: true (must be left out with --detached, which does not wait)");
    }
  }

  @Override
  protected String pipeline() {
    return "sync %s into %s".formatted(table, into == null ? table : into);
  }

  @Override
  protected Work work() {
    return new SyncWork(this);
  }

  static final class ModeConverter extends WordConverter<Mode> {
    ModeConverter() {
      super(Mode.class);
    }
  }
}
