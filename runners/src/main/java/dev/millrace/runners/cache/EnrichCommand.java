// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import dev.millrace.control.ByteSize;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.option.SizeConverter;
import dev.millrace.runners.pipeline.LimitOptions;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace enrich}: its options, and nothing that needs a driver or Beam. */
@Command(
    name = "enrich",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
      "Copies a table, and puts beside each row what another table has for its key. Each key is",
      "asked for once, and kept for the next."
    },
    footer = {
      "",
      "Users and passwords of the lookup's database come from MILLRACE_LOOKUP_USER and",
      "MILLRACE_LOOKUP_PASSWORD where --lookup-source is given.",
      "",
      "Examples:",
      "  millrace enrich --source=jdbc:postgresql://db1/shop --table=public.orders \\",
      "      --lookup=public.customer --on=customer_id --add=name,segment \\",
      "      --target=jdbc:postgresql://db2/dwh --into=staging.orders",
      "  millrace enrich ... --lookup=public.price --on=product_id --as-of=ordered_at \\",
      "      --valid-from=since --disk=/var/cache/millrace"
    })
public final class EnrichCommand extends RunCommand {

  private final Console console;

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
      description = "The table whose rows are enriched, as in public.orders.")
  String table = "";

  @Option(
      names = "--lookup",
      required = true,
      paramLabel = "TABLE",
      description = "The table that is looked up in, as in public.customer.")
  String lookup = "";

  @Option(
      names = "--lookup-source",
      paramLabel = "JDBC_URL",
      description = "The database that has it; default: as --source.")
  @Nullable String lookupSource;

  @Option(
      names = "--on",
      split = ",",
      paramLabel = "COL",
      description = "The columns of the rows that hold the key; default: those of its names.")
  List<String> on = List.of();

  @Option(
      names = "--lookup-key",
      split = ",",
      paramLabel = "COL",
      description = "The columns of the lookup's table that are its key; default: its own key.")
  List<String> lookupKey = List.of();

  @Option(
      names = "--add",
      split = ",",
      paramLabel = "COL",
      description = "The columns to put beside the rows; default: all but the key's.")
  List<String> add = List.of();

  @Option(
      names = "--prefix",
      paramLabel = "WORD",
      description = "What their names in --into begin with, as in customer_; default: nothing.")
  String prefix = "";

  @Option(
      names = "--lookup-where",
      paramLabel = "SQL",
      description = "Find only rows for which this condition holds.")
  String where = "";

  @Option(
      names = "--as-of",
      paramLabel = "COL",
      description = {
        "The time of a row: find what was valid then, in a history with --valid-from."
      })
  @Nullable String asOf;

  @Option(
      names = "--valid-from",
      paramLabel = "COL",
      description = "The column of the history that says from when on its row is valid.")
  @Nullable String validFrom;

  @Option(names = "--inner", description = "Leave out rows for whose key nothing is found.")
  boolean inner;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database to write.")
  String target = "";

  @Option(
      names = "--into",
      required = true,
      paramLabel = "TABLE",
      description = "The table to write, which must exist, with the columns of both.")
  String into = "";

  @Option(
      names = "--key",
      split = ",",
      paramLabel = "COL",
      description = {
        "Columns of a unique index of --into, by which a row replaces another; default: none,",
        "every row is added."
      })
  List<String> key = List.of();

  @Option(
      names = "--keep",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = {
        "For how long what was found may be served, that there is nothing for a tenth of it;",
        "default: 10min."
      })
  Duration keep = Duration.ofMinutes(10);

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Memory for what was found, of each JVM; default: 64MiB.")
  ByteSize heap = ByteSize.ofMebibytes(64);

  @Mixin TierOptions tiers = new TierOptions();

  @Option(names = "--no-cache", description = "Keep nothing: ask for the keys of each block anew.")
  boolean noCache;

  @Mixin LimitOptions limits = new LimitOptions();

  public EnrichCommand(Console console) {
    super(console);
    this.console = console;
  }

  Console console() {
    return console;
  }

  @Override
  protected void check(CommonOptions options) {
    if ((asOf == null) != (validFrom == null)) {
      throw new UsageException(
          asOf == null
              ? "Invalid --valid-from: %s (must go with --as-of)".formatted(validFrom)
              : "Invalid --as-of: %s (must go with --valid-from)".formatted(asOf));
    }
    if (noCache && tiers.areGiven()) {
      throw new UsageException(
          "Invalid --no-cache: true (must be left out with --disk or --redis)");
    }
    if (keep.toMillis() < 1) {
      throw new UsageException(
          "Invalid --keep: %s (must be longer than nothing; --no-cache keeps nothing)"
              .formatted(DurationConverter.text(keep)));
    }
    if (options.detached) {
      throw new UsageException(
          "Invalid --detached: true (must be left out: the snapshot that is read ends with this"
              + " process)");
    }
  }

  @Override
  protected String pipeline() {
    return "enrich %s with %s into %s".formatted(table, lookup, into);
  }

  @Override
  protected Work work() {
    return new EnrichWork(this);
  }
}
