// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.group.Dealer;
import dev.millrace.pipelines.airquality.group.Keys;
import dev.millrace.pipelines.airquality.group.Shards;
import dev.millrace.pipelines.airquality.group.StationYear;
import dev.millrace.pipelines.airquality.table.Tables;
import java.time.LocalDateTime;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/**
 * Deals bronze rows out to their station and year; those of a year's last day go to the next year
 * as well, which needs them for its averages. Rows without station or hour are rejected.
 */
final class ByStationYearFn extends DoFn<Block, KV<Integer, Block>> {
  private final Hours window;
  private final Shards shards;

  ByStationYearFn(Hours window, Shards shards) {
    this.window = window;
    this.shards = shards;
  }

  /** Finds the groups of a row that has a station and an hour. */
  static final class StationYears implements Keys {
    @Override
    public void of(Block block, int row, Consumer<String> out) {
      HourParser silent = new HourParser(reject -> {});
      BronzeRow bronze = new BronzeRow(block, row);
      LocalDateTime hour = silent.hour(bronze);
      String station = hour == null ? null : silent.station(bronze);
      if (hour != null && station != null) {
        of(station, hour, out);
      }
    }

    static void of(String station, LocalDateTime hour, Consumer<String> out) {
      StationYear own = StationYear.of(station, hour);
      StationYear later = StationYear.of(station, hour.plusHours(HourWindow.CONTEXT_HOURS));
      out.accept(own.key());
      if (!later.equals(own)) {
        out.accept(later.key());
      }
    }
  }

  @ProcessElement
  public void process(@Element Block block, MultiOutputReceiver out) {
    SilverRejects rejects = new SilverRejects();
    HourParser parser = new HourParser(rejects::add);
    HourParser silent = new HourParser(reject -> {});
    Dealer dealer = new Dealer(Tables.BRONZE_MEASUREMENT.schema(), shards);
    for (int i = 0; i < block.rows(); i++) {
      BronzeRow row = new BronzeRow(block, i);
      LocalDateTime hour = parser.hour(row);
      if (hour == null || !window.needs(hour)) {
        continue;
      }
      // What is read for other hours has been told by the run that wrote it.
      String station = (window.contains(hour) ? parser : silent).station(row);
      if (station != null) {
        dealer.add(block, i, (rows, at, to) -> StationYears.of(station, hour, to));
      }
    }
    dealer.flush(out.get(Silver.DEALT)::output);
    rejects.flush(out.get(Silver.REJECTS)::output);
  }
}
