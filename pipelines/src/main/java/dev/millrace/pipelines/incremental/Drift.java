// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.ColumnTypes;
import dev.millrace.dialect.SchemaDriftException;
import dev.millrace.dialect.Sql;
import dev.millrace.dialect.TableName;
import dev.millrace.ledger.LedgerView;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the columns of a source changed since a job's last window, and what is done about it. A
 * column that was dropped or renamed always ends a copy: to go on would leave values in the target
 * that nobody keeps true.
 */
final class Drift {

  /** Types, and those into which all their values go unchanged. */
  private static final List<List<String>> WIDER =
      List.of(
          List.of("smallint", "integer", "bigint", "numeric"),
          List.of("real", "double precision"),
          List.of("character varying", "text"));

  private static final Pattern LIMITED = Pattern.compile("(.+?)\\((\\d+)(?:,(\\d+))?\\)");

  private final IncrementalOptions options;
  private final ColumnTypes before;
  private final ColumnTypes now;

  private Drift(IncrementalOptions options, ColumnTypes before, ColumnTypes now) {
    this.options = options;
    this.before = before;
    this.now = now;
  }

  /**
   * What to do, and what to tell of it.
   *
   * @param options with the columns to copy
   * @param notes in sentences
   */
  record Settled(IncrementalOptions options, List<String> notes) {}

  /**
   * Compares the source with what the job copied last.
   *
   * @throws SchemaDriftException when the copy cannot go on by the options
   */
  static Settled settle(IncrementalOptions options) throws SQLException {
    Optional<ColumnTypes> before =
        LedgerView.job(options.target(), options.job())
            .flatMap(LedgerView.Job::columns)
            .map(ColumnTypes::parse);
    if (before.isEmpty()) {
      return new Settled(options, List.of());
    }
    ColumnTypes now;
    try (Connection connection = options.source().connect("plan " + options.table())) {
      now =
          ColumnTypes.of(
              connection, Catalog.describe(connection, TableName.parse(options.table())).name());
    }
    List<String> chosen = options.columns();
    ColumnTypes known = chosen.isEmpty() ? before.get() : before.get().only(chosen);
    return new Drift(options, known, chosen.isEmpty() ? now : now.only(chosen)).settle();
  }

  private Settled settle() throws SQLException {
    String changes = now.changesSince(before);
    if (changes.isEmpty()) {
      return new Settled(options, List.of());
    }
    if (!before.without(now).isEmpty()) {
      throw refused(changes, "name the columns to copy with --columns to go on without it");
    }
    return switch (options.onDrift()) {
      case FAIL -> throw refused(changes, "choose with --on-drift=add-columns or ignore");
      case IGNORE ->
          new Settled(
              options.withColumns(List.copyOf(before.types().keySet())),
              List.of("The columns of %s changed: %s.".formatted(options.table(), changes)));
      case ADD_COLUMNS -> new Settled(options, follow(changes));
    };
  }

  private SchemaDriftException refused(String changes, String remedy) {
    return new SchemaDriftException(
        "Cannot sync %s: its columns changed since the last run: %s; %s"
            .formatted(options.table(), changes, remedy));
  }

  /** Changes the target as the source was. */
  private List<String> follow(String changes) throws SQLException {
    List<String> notes = new ArrayList<>();
    try (Connection connection = options.target().connect("drift of " + options.into());
        Statement statement = connection.createStatement()) {
      TableName target = Catalog.describe(connection, TableName.parse(options.into())).name();
      ColumnTypes there = ColumnTypes.of(connection, target);
      for (String name : now.without(before)) {
        if (!there.types().containsKey(name)) {
          alter(statement, target, "ADD COLUMN", name, "", changes);
          notes.add(
              ("Column %s was added to %s; rows that were copied before have NULL there: copy them"
                      + " once more with --from and --to if the source has values.")
                  .formatted(name, options.into()));
        }
      }
      for (String name : now.retyped(before)) {
        String old = String.valueOf(before.types().get(name));
        String type = String.valueOf(now.types().get(name));
        if (old.equals(there.types().get(name)) && isWider(type, old)) {
          alter(statement, target, "ALTER COLUMN", name, "TYPE ", changes);
          notes.add("Column %s of %s is %s now.".formatted(name, options.into(), type));
        }
      }
    }
    return notes;
  }

  private void alter(
      Statement statement, TableName target, String verb, String name, String type, String changes)
      throws SQLException {
    try {
      statement.execute(
          "ALTER TABLE %s %s %s %s%s"
              .formatted(target.sql(), verb, Sql.identifier(name), type, now.types().get(name)));
    } catch (SQLException failure) {
      throw refused(changes, "the target did not take it: " + failure.getMessage());
    }
  }

  /** Whether all values of a type go into another unchanged. */
  static boolean isWider(String type, String than) {
    Matcher wide = LIMITED.matcher(type);
    Matcher narrow = LIMITED.matcher(than);
    boolean limited = wide.matches();
    boolean wasLimited = narrow.matches();
    String base = limited ? wide.group(1) : type;
    String wasBase = wasLimited ? narrow.group(1) : than;
    if (base.equals(wasBase)) {
      return !limited || (wasLimited && holds(wide, narrow));
    }
    return !limited
        && WIDER.stream()
            .anyMatch(
                order ->
                    0 <= order.indexOf(wasBase) && order.indexOf(wasBase) < order.indexOf(base));
  }

  private static boolean holds(Matcher wide, Matcher narrow) {
    int scale = scale(wide);
    int wasScale = scale(narrow);
    int length = Integer.parseInt(wide.group(2)) - scale;
    int wasLength = Integer.parseInt(narrow.group(2)) - wasScale;
    return scale >= wasScale && length >= wasLength;
  }

  private static int scale(Matcher limits) {
    return limits.group(3) == null ? 0 : Integer.parseInt(limits.group(3));
  }
}
