// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.table.Partition;
import dev.millrace.pipelines.airquality.table.StationYear;
import dev.millrace.pipelines.airquality.table.Tables;
import java.time.LocalDateTime;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/**
 * Deals bronze rows out to their station and year; those of a year's last day go to the next year
 * as well, which needs them for its averages. Rows without station or hour are rejected.
 */
final class ByStationYearFn extends DoFn<Block, KV<String, Block>> {
  private final Hours window;

  ByStationYearFn(Hours window) {
    this.window = window;
  }

  @ProcessElement
  public void process(@Element Block block, MultiOutputReceiver out) {
    SilverRejects rejects = new SilverRejects();
    HourParser parser = new HourParser(rejects::add);
    HourParser silent = new HourParser(reject -> {});
    Partition partition = new Partition(Tables.BRONZE_MEASUREMENT.schema());
    for (int i = 0; i < block.rows(); i++) {
      BronzeRow row = new BronzeRow(block, i);
      LocalDateTime hour = parser.hour(row);
      if (hour == null || !window.needs(hour)) {
        continue;
      }
      // What is read for other hours has been told by the run that wrote it.
      String station = (window.contains(hour) ? parser : silent).station(row);
      if (station == null) {
        continue;
      }
      StationYear own = StationYear.of(station, hour);
      StationYear later = StationYear.of(station, hour.plusHours(HourWindow.CONTEXT_HOURS));
      partition.add(own.key(), block, i);
      if (!later.equals(own)) {
        partition.add(later.key(), block, i);
      }
    }
    partition.forEach((key, rows) -> out.get(Silver.GROUPED).output(KV.of(key, rows)));
    rejects.flush(out.get(Silver.REJECTS)::output);
  }
}
