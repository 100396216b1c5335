// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.redundancy;

import dev.millrace.cache.CacheSettings;
import dev.millrace.cache.CachedLookup;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.TableName;
import dev.millrace.read.ReadTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;

/**
 * Fills the cache of a lookup before it is needed: looks up every key that the table has. What was
 * found is on the disk, or in Redis, for whoever looks up the same columns of the same table as the
 * same user.
 *
 * @param source where the table is
 * @param table {@code name} or {@code schema.name}
 * @param key its columns; empty for those of its own key
 * @param columns that are found; empty for all but the key's
 * @param where a condition in SQL; empty for all rows
 * @param settings with a tier that outlives this process
 */
public record Warm(
    ConnectionSpec source,
    String table,
    List<String> key,
    List<String> columns,
    String where,
    CacheSettings settings) {

  /** So that what a block's keys find is soon on its way down, and its room free. */
  private static final ByteSize FEW_KEYS = ByteSize.ofKibibytes(64);

  public Warm {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
    if (settings.disk() == null && settings.redis() == null) {
      throw new IllegalArgumentException(
          "Cannot warm a cache of %s: it is neither on disk nor in Redis".formatted(table));
    }
  }

  /**
   * Adds the read and the lookup.
   *
   * @throws IllegalArgumentException when the table or a column does not exist or does not fit, or
   *     no key is named and the table has none
   * @throws IllegalStateException when the server does not answer or refuses
   */
  public void applyTo(Pipeline pipeline) {
    String[] names = (key.isEmpty() ? ownKey() : key).toArray(String[]::new);
    ReadTable keys = ReadTable.from(source, table).columns(names).blockSize(FEW_KEYS);
    CachedLookup lookup = CachedLookup.in(source, table).key(names).cached(settings);
    if (!columns.isEmpty()) {
      lookup = lookup.columns(columns.toArray(String[]::new));
    }
    if (!where.isEmpty()) {
      keys = keys.where(where);
      lookup = lookup.where(where);
    }
    pipeline.apply("Read keys", keys).apply("Look up", lookup);
  }

  private List<String> ownKey() {
    TableName name = TableName.parse(table);
    try (Connection connection = source.connect("warm the cache of " + table)) {
      return Catalog.describe(connection, name)
          .rowKey()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "Invalid key of %s: none (must be named, as the table has none of its own)"
                          .formatted(table)));
    } catch (SQLException failure) {
      throw new IllegalStateException(
          "Cannot look at %s: %s".formatted(table, failure.getMessage()), failure);
    }
  }
}
