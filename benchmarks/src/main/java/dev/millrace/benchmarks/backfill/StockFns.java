// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.block.Block;
import dev.millrace.pipelines.airquality.gold.Gold;
import dev.millrace.pipelines.airquality.gold.GoldGroups;
import dev.millrace.pipelines.airquality.group.StationYear;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.silver.SilverYear;
import dev.millrace.pipelines.airquality.table.Tables;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TupleTag;

/** The steps of the stock pipelines: rows are dealt out one by one, the reckoning is shared. */
final class StockFns {

  static final TupleTag<StockRow> ROWS = new TupleTag<>("rows");
  static final TupleTag<StockRow> MORE = new TupleTag<>("more");

  private StockFns() {}

  /** Keeps the bronze rows that a window needs, by station and year. */
  static final class DealBronze extends DoFn<StockRow, KV<String, StockRow>> {
    private static final int YEAR = Tables.BRONZE_MEASUREMENT.schema().indexOf("year");
    private static final int STATION = Tables.BRONZE_MEASUREMENT.schema().indexOf("station");

    private final HourWindow window;

    DealBronze(HourWindow window) {
      this.window = window;
    }

    @ProcessElement
    public void process(@Element StockRow row, OutputReceiver<KV<String, StockRow>> out) {
      LocalDateTime hour =
          LocalDateTime.of(part(row, 0), part(row, 1), part(row, 2), part(row, 3), 0);
      if (!window.needs(hour)) {
        return;
      }
      StationYear own = StationYear.of(row.text(STATION), hour);
      StationYear later =
          StationYear.of(row.text(STATION), hour.plusHours(HourWindow.CONTEXT_HOURS));
      out.output(KV.of(own.key(), row));
      if (!later.equals(own)) {
        out.output(KV.of(later.key(), row));
      }
    }

    /** Year, month, day and hour stand side by side. */
    private static int part(StockRow row, int number) {
      return Integer.parseInt(row.text(YEAR + number));
    }
  }

  /** Makes silver rows of a station's year, and, as {@link #MORE}, rejects. */
  static final class Silver extends DoFn<KV<String, Iterable<StockRow>>, StockRow> {
    private final HourWindow window;

    Silver(HourWindow window) {
      this.window = window;
    }

    @ProcessElement
    public void process(@Element KV<String, Iterable<StockRow>> group, MultiOutputReceiver out) {
      SilverYear year =
          SilverYear.of(
              StationYear.parse(group.getKey()).year(),
              window,
              StockRow.block(Tables.BRONZE_MEASUREMENT.schema(), group.getValue()));
      each(year.rows(), out.get(ROWS)::output);
      each(year.rejects(), out.get(MORE)::output);
    }
  }

  /** Keeps the silver rows of a window, by station and year. */
  static final class DealSilver extends DoFn<StockRow, KV<String, StockRow>> {
    private final HourWindow window;

    DealSilver(HourWindow window) {
      this.window = window;
    }

    @ProcessElement
    public void process(@Element StockRow row, OutputReceiver<KV<String, StockRow>> out) {
      if (row.value(1) instanceof LocalDateTime hour && window.contains(hour)) {
        out.output(KV.of(StationYear.of(row.text(0), hour).key(), row));
      }
    }
  }

  /** Makes a station's days of its hours. */
  static final class StationDays extends DoFn<KV<String, Iterable<StockRow>>, StockRow> {
    @ProcessElement
    public void process(
        @Element KV<String, Iterable<StockRow>> group, OutputReceiver<StockRow> out) {
      String station = StationYear.parse(group.getKey()).station();
      List<Block> hours = StockRow.block(StockBackfill.GOLD_INPUT, group.getValue());
      each(GoldGroups.stationDays(station, hours), out::output);
    }
  }

  /** Deals silver rows out by station. */
  static final class DealStations extends DoFn<StockRow, KV<String, StockRow>> {
    @ProcessElement
    public void process(@Element StockRow row, OutputReceiver<KV<String, StockRow>> out) {
      out.output(KV.of(row.text(0), row));
    }
  }

  /** Finds a station's runs of exceedance. */
  static final class Runs extends DoFn<KV<String, Iterable<StockRow>>, StockRow> {
    @ProcessElement
    public void process(
        @Element KV<String, Iterable<StockRow>> group, OutputReceiver<StockRow> out) {
      List<Block> hours = StockRow.block(StockBackfill.GOLD_INPUT, group.getValue());
      each(GoldGroups.runs(hours, Gold.UNHEALTHY_ABOVE), out::output);
    }
  }

  /** Deals station days out by month. */
  static final class DealMonths extends DoFn<StockRow, KV<String, StockRow>> {
    @ProcessElement
    public void process(@Element StockRow row, OutputReceiver<KV<String, StockRow>> out) {
      if (row.value(1) instanceof LocalDate day) {
        out.output(KV.of(YearMonth.from(day).toString(), row));
      }
    }
  }

  /** Makes the city's days of a month, and, as {@link #MORE}, the ranking of its stations. */
  static final class City extends DoFn<KV<String, Iterable<StockRow>>, StockRow> {
    @ProcessElement
    public void process(@Element KV<String, Iterable<StockRow>> group, MultiOutputReceiver out) {
      List<Block> days = StockRow.block(Tables.GOLD_STATION_DAY.schema(), group.getValue());
      each(GoldGroups.cityDays(days), out.get(ROWS)::output);
      each(GoldGroups.ranking(YearMonth.parse(group.getKey()), days), out.get(MORE)::output);
    }
  }

  private static void each(Block block, Consumer<StockRow> out) {
    for (int i = 0; i < block.rows(); i++) {
      out.accept(StockRow.of(block, i));
    }
  }
}
