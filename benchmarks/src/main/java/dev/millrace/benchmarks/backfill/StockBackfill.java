// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.copy.Runner;
import dev.millrace.block.BlockSchema;
import dev.millrace.pipelines.airquality.gold.Gold;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * The baselines, as a practised user of Beam writes them: one window after the other in one JVM,
 * {@code JdbcIO} with a pool, a cursor and large batches that the driver rewrites, rows of a
 * hand-written coder, on the direct runner without its checks of elements, as {@code millrace}
 * runs. Averages and indices are those of Millrace's own pipelines, called for each group.
 */
final class StockBackfill {

  /** The columns of a silver row that gold is made of: the station, the hour and indices. */
  static final BlockSchema GOLD_INPUT = Tables.SILVER_HOUR.schema().project(Gold.INPUT);

  private final BackfillJob job;

  StockBackfill(BackfillJob job) {
    this.job = job;
  }

  /** Makes the windows, and then, if it is wanted, what reaches over them. */
  List<Double> run() {
    List<Double> seconds = new ArrayList<>();
    for (HourWindow window : job.windows()) {
      long start = System.nanoTime();
      silver(window);
      stationDays(window);
      seconds.add((System.nanoTime() - start) / 1e9);
    }
    if (job.isWhole()) {
      summary();
    }
    return seconds;
  }

  private void silver(HourWindow window) {
    BlockSchema bronze = Tables.BRONZE_MEASUREMENT.schema();
    Pipeline pipeline = pipeline(bronze);
    PCollectionTuple silver =
        grouped(
                pipeline.apply(
                    "Read bronze", read(Tables.BRONZE_MEASUREMENT, bronze, window.needed())),
                bronze,
                new StockFns.DealBronze(window))
            .apply(
                "Silver",
                ParDo.of(new StockFns.Silver(window))
                    .withOutputTags(StockFns.ROWS, TupleTagList.of(StockFns.MORE)));
    write(silver, Tables.SILVER_HOUR, Tables.SILVER_REJECT);
    pipeline.run().waitUntilFinish();
  }

  private void stationDays(HourWindow window) {
    Pipeline pipeline = pipeline(GOLD_INPUT);
    PCollection<StockRow> days =
        grouped(
                pipeline.apply(
                    "Read silver", read(Tables.SILVER_HOUR, GOLD_INPUT, window.written())),
                GOLD_INPUT,
                new StockFns.DealSilver(window))
            .apply("Days", ParDo.of(new StockFns.StationDays()));
    write(days, Tables.GOLD_STATION_DAY);
    pipeline.run().waitUntilFinish();
  }

  private void summary() {
    BlockSchema days = Tables.GOLD_STATION_DAY.schema();
    Pipeline pipeline = pipeline(days);
    PCollectionTuple city =
        grouped(
                pipeline.apply("Read days", read(Tables.GOLD_STATION_DAY, days, "true")),
                days,
                new StockFns.DealMonths())
            .apply(
                "City",
                ParDo.of(new StockFns.City())
                    .withOutputTags(StockFns.ROWS, TupleTagList.of(StockFns.MORE)));
    write(city, Tables.GOLD_CITY_DAY, Tables.GOLD_MONTH_RANKING);
    pipeline.run().waitUntilFinish();

    Pipeline ofRuns = pipeline(GOLD_INPUT);
    PCollection<StockRow> runs =
        grouped(
                ofRuns.apply(
                    "Read hours",
                    read(Tables.SILVER_HOUR, GOLD_INPUT, "aqi > " + Gold.UNHEALTHY_ABOVE)),
                GOLD_INPUT,
                new StockFns.DealStations())
            .apply("Runs", ParDo.of(new StockFns.Runs()));
    write(runs, Tables.GOLD_EXCEEDANCE_RUN);
    ofRuns.run().waitUntilFinish();
  }

  /** An empty pipeline that reads rows of some columns. */
  private Pipeline pipeline(BlockSchema columns) {
    PipelineOptions options = job.runner().options(job.parallelism());
    if (job.runner() == Runner.DIRECT) {
      DirectOptions direct = options.as(DirectOptions.class);
      direct.setTargetParallelism(job.parallelism());
      direct.setEnforceImmutability(false);
      direct.setEnforceEncodability(false);
    }
    Pipeline pipeline = Pipeline.create(options);
    pipeline.getCoderRegistry().registerCoderForClass(StockRow.class, new StockRowCoder(columns));
    return pipeline;
  }

  private JdbcIO.Read<StockRow> read(Table table, BlockSchema columns, String where) {
    return new StockTable(job.server(), table).read(columns, job.pushesDown() ? where : "true");
  }

  private static PCollection<KV<String, Iterable<StockRow>>> grouped(
      PCollection<StockRow> rows, BlockSchema columns, DoFn<StockRow, KV<String, StockRow>> deal) {
    return rows.apply("Deal", ParDo.of(deal))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), new StockRowCoder(columns)))
        .apply("Group", GroupByKey.create());
  }

  private void write(PCollectionTuple rows, Table table, Table more) {
    write(rows.get(StockFns.ROWS), table);
    write(rows.get(StockFns.MORE), more);
  }

  private void write(PCollection<StockRow> rows, Table table) {
    rows.setCoder(new StockRowCoder(table.schema()))
        .apply("Write " + table.name(), new StockTable(job.server(), table).upsert());
  }
}
