// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.block.Block;
import dev.millrace.cache.result.ContentKey;
import dev.millrace.cache.result.Fingerprint;
import dev.millrace.cache.result.TableSnapshot;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.bronze.Bronze;
import dev.millrace.pipelines.airquality.csv.CsvFile;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.table.Tables;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The bronze layer by files: its bytes decide what is made of one. */
final class BronzeParts implements Parts {
  private final ConnectionSpec database;
  private final List<CsvFile> files;
  private final Map<String, Long> lines = new HashMap<>();

  BronzeParts(ConnectionSpec database, List<CsvFile> files) {
    this.database = database;
    this.files = files;
  }

  @Override
  public String unit() {
    return "files";
  }

  @Override
  public SortedMap<String, ContentKey> keys() {
    SortedMap<String, ContentKey> keys = new TreeMap<>();
    for (CsvFile file : files) {
      keys.put(
          file.name(),
          ContentKey.of("bronze")
              .code(Bronze.class, Block.class)
              .input(file.name(), file.sha256()));
    }
    return keys;
  }

  @Override
  public SortedMap<String, Fingerprint> outputs() throws SQLException {
    Tables.create(database, Tables.BRONZE);
    try (TableSnapshot snapshot = TableSnapshot.of(database)) {
      return Fingerprint.plus(
          snapshot.byPart(
              Tables.BRONZE_MEASUREMENT.schema().names(),
              Tables.BRONZE_MEASUREMENT.name() + " AS t",
              "t.file"),
          snapshot.byPart(
              Tables.BRONZE_REJECT.schema().names(),
              Tables.BRONZE_REJECT.name() + " AS t",
              "t.file"));
    }
  }

  /** Reads the file to its end, once. */
  @Override
  public long rows(String part) {
    return lines.computeIfAbsent(
        part, name -> files(List.of(name)).stream().mapToLong(f -> f.count(Uci.COLUMNS)).sum());
  }

  List<CsvFile> files(Collection<String> parts) {
    return files.stream().filter(file -> parts.contains(file.name())).toList();
  }
}
