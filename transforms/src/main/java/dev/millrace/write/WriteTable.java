// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TableWrite;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.RejectRules;
import dev.millrace.ledger.RejectWriter;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks into a table by {@code COPY}, and outputs what was committed, with the windows and
 * timestamps of the blocks.
 *
 * <p>Bounded and unbounded. To append delivers at least once: what a runner repeats after a failure
 * is there twice; under a {@link Ledger} exactly once. To upsert delivers each key's row exactly
 * once; of rows with one key in one block the last wins. Blocks of a bundle are committed together
 * as {@link Flush} says, which bounds the memory held; each thread that writes takes one
 * connection, for the time of a transaction. How many do so at once is steered by how the database
 * copes: by latency, errors, lock waits and the lag of its replicas, as far as they can be seen.
 *
 * <p>Immutable; every with-er returns a new instance.
 */
public final class WriteTable extends PTransform<PCollection<Block>, PCollection<WriteResult>> {

  private final ConnectionSpec spec;
  private final TableName table;
  private final Upsert upsert;
  private final @Nullable Ledger ledger;
  private final @Nullable RejectRules rejects;
  private final Flush flush;

  /** Which rows are replaced, and how; see {@link TableWrite}. */
  private record Upsert(List<String> key, String newer, boolean sparing, boolean fresh)
      implements Serializable {
    static final Upsert NONE = new Upsert(List.of(), "", false, false);
  }

  private WriteTable(
      ConnectionSpec spec,
      TableName table,
      Upsert upsert,
      @Nullable Ledger ledger,
      @Nullable RejectRules rejects,
      Flush flush) {
    this.spec = spec;
    this.table = table;
    this.upsert = upsert;
    this.ledger = ledger;
    this.rejects = rejects;
    this.flush = flush;
  }

  /**
   * Appends to a table.
   *
   * @param table {@code name} or {@code schema.name}, as in SQL
   * @throws IllegalArgumentException when the name has another form
   */
  public static WriteTable into(ConnectionSpec spec, String table) {
    return new WriteTable(spec, TableName.parse(table), Upsert.NONE, null, null, Flush.DEFAULT);
  }

  /**
   * Replaces rows that have the same key.
   *
   * @param columns those of a unique index of the table, one or more
   */
  public WriteTable upsert(String... columns) {
    if (columns.length == 0) {
      throw new IllegalArgumentException("Invalid key: no columns (must have one or more)");
    }
    return with(new Upsert(List.of(columns), upsert.newer, upsert.sparing, upsert.fresh));
  }

  /**
   * Replaces no row by an older one: none in which this column is greater; default: the last
   * written wins.
   *
   * @param column one that grows with each version of a row, beside the key of an upsert
   */
  public WriteTable unlessOlder(String column) {
    return with(new Upsert(upsert.key, column, upsert.sparing, upsert.fresh));
  }

  /**
   * Leaves a row as it is that an upsert would replace by the same values: that costs a comparison
   * and saves a new version of the row, with what follows from one, as triggers and replication.
   * Default: it is replaced.
   */
  public WriteTable unlessEqual() {
    return with(new Upsert(upsert.key, upsert.newer, true, upsert.fresh));
  }

  /**
   * Expects that hardly any key of an upsert is there: rows are copied straight into the table, and
   * upserted only once a key turns out to be there. What is written is the same, for less work of
   * the server where the keys are new; where one is not, each thread that writes has sent the rows
   * of one transaction in vain. Default: they are upserted.
   */
  public WriteTable expectingNew() {
    return with(new Upsert(upsert.key, upsert.newer, upsert.sparing, true));
  }

  private WriteTable with(Upsert newUpsert) {
    return new WriteTable(spec, table, newUpsert, ledger, rejects, flush);
  }

  /**
   * Appends each row exactly once, whatever is repeated: what is written is entered into the ledger
   * in the same transaction.
   *
   * @param newLedger that of the read whose blocks these are; in the same database as the table
   */
  public WriteTable ledger(Ledger newLedger) {
    return new WriteTable(spec, table, upsert, newLedger, rejects, flush);
  }

  /**
   * Puts rows that the table refuses into {@code millrace.reject} in its database, with the reason,
   * in the same transaction as those that it takes.
   *
   * @param rules null, the default, to fail at the first such row
   */
  public WriteTable rejects(@Nullable RejectRules rules) {
    return new WriteTable(spec, table, upsert, ledger, rules, flush);
  }

  /** When to commit; default {@link Flush#DEFAULT}. */
  public WriteTable flush(Flush newFlush) {
    return new WriteTable(spec, table, upsert, ledger, rejects, newFlush);
  }

  /**
   * Looks at the table and matches its columns. Applying a {@code WriteTable} does this as well.
   *
   * @throws IllegalArgumentException when the table does not exist or blocks of the schema do not
   *     fit it
   * @throws SQLException when the server does not answer or refuses
   */
  public TableWrite plan(BlockSchema schema) throws SQLException {
    try (Connection connection = spec.connect("plan " + table)) {
      TableWrite write =
          TableWrite.of(Catalog.describe(connection, table), schema, upsert.key, upsert.newer);
      write = upsert.sparing ? write.sparingEqual() : write;
      return upsert.fresh ? write.expectingNew() : write;
    }
  }

  @Override
  public PCollection<WriteResult> expand(PCollection<Block> input) {
    try {
      BlockSchema schema = BlockCoder.schemaOf(input);
      if (ledger != null) {
        ledger.order().require(schema);
      }
      TableWrite write = plan(schema);
      if (rejects != null) {
        requireColumns(write, rejects.redacted());
        try (Connection connection = spec.connect("rejects of " + table)) {
          RejectWriter.prepare(connection);
        }
      }
      return input
          .apply("Write", ParDo.of(new WriteFn(spec, write, ledger, rejects, flush)))
          .setCoder(new WriteResultCoder());
    } catch (SQLException failure) {
      throw new IllegalStateException(
          "Cannot plan the write of " + table + ": " + failure.getMessage(), failure);
    }
  }

  private static void requireColumns(TableWrite write, List<String> columns) {
    for (String column : columns) {
      if (!write.names().contains(column)) {
        throw new IllegalArgumentException(
            "Invalid column to redact: %s (must be one of %s: %s)"
                .formatted(column, write.table().name(), write.names()));
      }
    }
  }

  /**
   * Checks the steps between read and write, when the pipeline is complete.
   *
   * @throws IllegalArgumentException under a ledger, when one of them is not one to one
   */
  @Override
  public void validate(
      @Nullable PipelineOptions options,
      Map<TupleTag<?>, PCollection<?>> inputs,
      Map<TupleTag<?>, PCollection<?>> outputs) {
    if (ledger != null) {
      inputs.values().forEach(Steps::requireOneToOne);
    }
  }
}
