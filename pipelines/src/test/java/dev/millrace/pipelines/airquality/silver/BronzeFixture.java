// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.table.TableRows;
import dev.millrace.pipelines.airquality.table.Tables;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** BronzeFixture rows for tests: all measurements missing unless told otherwise. */
final class BronzeFixture {
  private final long line;
  private final List<String> cells =
      new ArrayList<>(Collections.nCopies(Uci.COLUMNS.size(), Uci.MISSING));

  private BronzeFixture(long line) {
    this.line = line;
  }

  static BronzeFixture row(long line, String station, String hour) {
    LocalDateTime at = LocalDateTime.parse(hour);
    return new BronzeFixture(line)
        .with("station", station)
        .with("year", "" + at.getYear())
        .with("month", "" + at.getMonthValue())
        .with("day", "" + at.getDayOfMonth())
        .with("hour", "" + at.getHour());
  }

  BronzeFixture with(String column, String text) {
    cells.set(Uci.COLUMNS.indexOf(column), text);
    return this;
  }

  BronzeRow build() {
    return new BronzeRow(block(this), 0);
  }

  static Block block(BronzeFixture... rows) {
    TableRows block = new TableRows(Tables.BRONZE_MEASUREMENT);
    for (BronzeFixture row : rows) {
      List<Object> values = new ArrayList<>(Arrays.asList("f.csv", row.line));
      values.addAll(row.cells);
      block.add(values.toArray());
    }
    return block.take();
  }
}
