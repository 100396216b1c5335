// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace cache}: its options, and nothing that needs a driver or Beam. */
@Command(
    name = "cache",
    sortOptions = false,
    abbreviateSynopsis = true,
    description = "Looks after what caches and stages keep from run to run.",
    footer = {
      "",
      "What a process has open on disk is its own until it ends. The password of Redis and the",
      "secret of entries come from MILLRACE_REDIS_PASSWORD and MILLRACE_CACHE_SECRET, or the files",
      "that these with _FILE name.",
      "",
      "Examples:",
      "  millrace cache list --results=/var/cache/millrace/results",
      "  millrace cache invalidate --results=/var/cache/millrace/results --table=public.orders",
      "  millrace cache warm --source=jdbc:postgresql://db/shop --table=public.customer \\",
      "      --disk=/var/cache/millrace --keep=24h",
      "  millrace cache clear --redis=redis://cache:6379/0 --cache=public.customer"
    })
public final class CacheCommand extends RunCommand {

  private static final List<String> ACTIONS =
      List.of("list", "stats", "warm", "invalidate", "clear");

  private final Console console;

  @Parameters(
      arity = "0..1",
      paramLabel = "ACTION",
      description = {
        "list (the default): each result of a stage, and each cache;",
        "stats: how much there is of each stage and cache, and what it saves;",
        "warm: look up every key of a table, so that the cache has it;",
        "invalidate: forget what --key, --table, --tag, --older-than and --cache choose;",
        "clear: forget all, or all of --cache."
      })
  String action = "list";

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      description = "Where results of stages are kept: a path, or a URI such as gs://...")
  @Nullable String results;

  @Option(
      names = "--target",
      paramLabel = "JDBC_URL",
      description = "The database whose tables are results of stages, as of demo.")
  @Nullable String target;

  @Mixin TierOptions tiers = new TierOptions();

  @Option(
      names = "--cache",
      paramLabel = "NAME",
      description = "Of this stage or cache only; default: of all.")
  @Nullable String cache;

  @Option(
      names = "--key",
      paramLabel = "HEX",
      description = "Results whose key, as list shows it, begins so.")
  @Nullable String key;

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description = {"Results made from this table, and lookups in it; for warm: the table."})
  @Nullable String table;

  @Option(names = "--tag", paramLabel = "WORD", description = "Results that have this tag.")
  @Nullable String tag;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Results made longer ago, as in 30d.")
  @Nullable Duration olderThan;

  @Option(
      names = "--source",
      paramLabel = "JDBC_URL",
      description = "For warm: the database that has the table.")
  @Nullable String source;

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "COL",
      description = "For warm: what is found; default: all but the key's.")
  List<String> columns = List.of();

  @Option(
      names = "--on",
      split = ",",
      paramLabel = "COL",
      description = "For warm: the key's columns; default: the table's own key.")
  List<String> on = List.of();

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description = "For warm: a condition on the rows, the same as the lookup's.")
  String where = "";

  @Option(
      names = "--keep",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "1h",
      description = "For warm: for how long entries may be served; default: 1h.")
  Duration keep = Duration.ofHours(1);

  public CacheCommand(Console console) {
    super(console);
    this.console = console;
  }

  Map<String, String> environment() {
    return console.environment();
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
    if (!ACTIONS.contains(action)) {
      throw new UsageException(
          "Invalid action: %s (must be list, stats, warm, invalidate or clear)".formatted(action));
    }
    if (results == null && target == null && !tiers.areGiven()) {
      throw new UsageException(
          "Cannot %s: no place is named; name one with --results, --target, --disk or --redis"
              .formatted(action));
    }
    return action.equals("warm") ? warm() : look();
  }

  private Work warm() {
    if (source == null || table == null) {
      throw new UsageException("Cannot warm: name the table with --source and --table");
    }
    if (!tiers.areGiven()) {
      throw new UsageException("Cannot warm: name where to, with --disk or --redis");
    }
    ConnectionSpec database = Credentials.of("source", source, console.environment());
    return new WarmWork(this, database, table);
  }

  private Work look() {
    boolean chosen = key != null || table != null || tag != null || olderThan != null;
    if (action.equals("clear") && chosen) {
      throw new UsageException(
          "Cannot clear by --key, --table, --tag or --older-than: invalidate does that");
    }
    if (action.equals("invalidate") && !chosen && cache == null) {
      throw new UsageException(
          "Cannot invalidate: nothing is chosen; choose by --key, --table, --tag, --older-than or"
              + " --cache, or clear all");
    }
    return new CacheWork(this);
  }
}
