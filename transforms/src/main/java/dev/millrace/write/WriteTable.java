// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TableWrite;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Writes blocks into a table by {@code COPY}, and outputs what was committed, with the windows and
 * timestamps of the blocks.
 *
 * <p>Bounded and unbounded. To append delivers at least once: what a runner repeats after a failure
 * is there twice. To upsert delivers each key's row exactly once; of rows with one key in one block
 * the last wins. Blocks of a bundle are committed together up to {@value WriteFn#FLUSH_BYTES}
 * bytes, which bounds the memory held; each thread that writes takes one connection, for the time
 * of a transaction.
 *
 * <p>Immutable; every with-er returns a new instance.
 */
public final class WriteTable extends PTransform<PCollection<Block>, PCollection<WriteResult>> {

  private final ConnectionSpec spec;
  private final TableName table;
  private final List<String> key;

  private WriteTable(ConnectionSpec spec, TableName table, List<String> key) {
    this.spec = spec;
    this.table = table;
    this.key = key;
  }

  /**
   * Appends to a table.
   *
   * @param table {@code name} or {@code schema.name}, as in SQL
   * @throws IllegalArgumentException when the name has another form
   */
  public static WriteTable into(ConnectionSpec spec, String table) {
    return new WriteTable(spec, TableName.parse(table), List.of());
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
    return new WriteTable(spec, table, List.of(columns));
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
      return TableWrite.of(Catalog.describe(connection, table), schema, key);
    }
  }

  @Override
  public PCollection<WriteResult> expand(PCollection<Block> input) {
    try {
      TableWrite write = plan(BlockCoder.schemaOf(input));
      return input
          .apply("Write", ParDo.of(new WriteFn(spec, write)))
          .setCoder(new WriteResultCoder());
    } catch (SQLException failure) {
      throw new IllegalStateException(
          "Cannot plan the write of " + table + ": " + failure.getMessage(), failure);
    }
  }
}
