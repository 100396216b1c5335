// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.stream;

import dev.millrace.benchmarks.measure.StockDataSource;
import dev.millrace.pipelines.memory.StreamOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;

/** What a user of Beam writes: a range of rows for each of some elements, and {@code JdbcIO}. */
final class StockStream {

  private static final int SPLITS_PER_THREAD = 8;
  private static final int BATCH = 1_000;

  private StockStream() {}

  static void applyTo(Pipeline pipeline, StreamOptions options) {
    int parts = SPLITS_PER_THREAD * options.parallelism();
    List<OffsetRange> ranges = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      ranges.add(new OffsetRange(options.rows() * i / parts, options.rows() * (i + 1) / parts));
    }
    pipeline
        .apply(Create.of(ranges).withCoder(OffsetRange.Coder.of()))
        .apply("Generate", ParDo.of(new GenerateFn(options.width())))
        .apply(
            "Write",
            JdbcIO.<KV<Long, String>>write()
                .withDataSourceProviderFn(StockDataSource.of(options.database()))
                .withStatement("INSERT INTO " + options.table() + " VALUES (?, ?, ?)")
                .withBatchSize(BATCH)
                .withPreparedStatementSetter(
                    (row, statement) -> {
                      statement.setLong(1, row.getKey());
                      statement.setDouble(2, new SplittableRandom(row.getKey()).nextDouble());
                      statement.setString(3, row.getValue());
                    }));
  }

  private static final class GenerateFn extends DoFn<OffsetRange, KV<Long, String>> {
    private final int width;

    GenerateFn(int width) {
      this.width = width;
    }

    @ProcessElement
    public void process(@Element OffsetRange range, OutputReceiver<KV<Long, String>> out) {
      for (long id = range.getFrom(); id < range.getTo(); id++) {
        SplittableRandom random = new SplittableRandom(id);
        StringBuilder payload = new StringBuilder(width);
        for (int i = 0; i < width; i++) {
          payload.append((char) ('a' + random.nextInt(26)));
        }
        out.output(KV.of(id, payload.toString()));
      }
    }
  }
}
