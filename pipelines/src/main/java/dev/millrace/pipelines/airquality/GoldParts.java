// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.block.Block;
import dev.millrace.cache.result.ContentKey;
import dev.millrace.cache.result.Fingerprint;
import dev.millrace.cache.result.TableSnapshot;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.gold.Gold;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import java.sql.SQLException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The gold layer as one part: runs of exceedance may reach over any number of months. */
final class GoldParts implements Parts {
  /** The one part. */
  static final String ALL = "all";

  private final ConnectionSpec database;
  private long rows;

  GoldParts(ConnectionSpec database) {
    this.database = database;
  }

  @Override
  public String unit() {
    return "parts";
  }

  @Override
  public SortedMap<String, ContentKey> keys() throws SQLException {
    try (TableSnapshot snapshot = TableSnapshot.of(database)) {
      Fingerprint silver = snapshot.whole(Gold.INPUT, Tables.SILVER_HOUR.name() + " AS t");
      rows = silver.rows();
      return new TreeMap<>(
          Map.of(
              ALL,
              ContentKey.of("gold")
                  .code(Gold.class, Block.class)
                  .parameter("above", String.valueOf(Gold.UNHEALTHY_ABOVE))
                  .input(Tables.SILVER_HOUR.name(), silver.toString())));
    }
  }

  @Override
  public SortedMap<String, Fingerprint> outputs() throws SQLException {
    Tables.create(database, Tables.GOLD);
    Fingerprint all = Fingerprint.EMPTY;
    try (TableSnapshot snapshot = TableSnapshot.of(database)) {
      for (Table table : Tables.GOLD) {
        all = all.plus(snapshot.whole(table.schema().names(), table.name() + " AS t"));
      }
    }
    return new TreeMap<>(Map.of(ALL, all));
  }

  @Override
  public long rows(String part) {
    return rows;
  }
}
