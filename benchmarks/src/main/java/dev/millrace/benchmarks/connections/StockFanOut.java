// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.benchmarks.copy.Mode;
import dev.millrace.benchmarks.copy.Order;
import dev.millrace.benchmarks.copy.OrderCoder;
import dev.millrace.benchmarks.copy.Runner;
import dev.millrace.benchmarks.copy.StockJdbc;
import dev.millrace.benchmarks.measure.StockDataSource;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Secret;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.sql.DataSource;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Partition;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollectionList;

/**
 * The baseline, as a practised user of Beam writes it with {@code JdbcIO}: one partitioned read, a
 * {@code Partition}, and a {@code JdbcIO.write()} for each stage, with large batches that the
 * driver rewrites into multi-row inserts and a coder written by hand.
 */
final class StockFanOut {

  /** Of the direct runner, unless it is told another. */
  private static final int LEAST_DIRECT_THREADS = 3;

  private StockFanOut() {}

  /** With {@code PoolableDataSourceProvider}. */
  static void withItsOwnPool(StageJob job) {
    SerializableFunction<Void, DataSource> pool = StockDataSource.of(job.server());
    run(job, stage -> pool);
  }

  /** With a pool for each stage, and one for the read. */
  static void withAPoolForEachStage(StageJob job) {
    int threads =
        job.contender().runner() == Runner.FLINK
            ? job.parallelism()
            : Math.max(Runtime.getRuntime().availableProcessors(), LEAST_DIRECT_THREADS);
    run(job, stage -> new StagePool(stage, job.server(), threads));
  }

  private static void run(
      StageJob job, Function<String, SerializableFunction<Void, DataSource>> dataSources) {
    Pipeline pipeline = Pipeline.create(job.contender().runner().options(job.parallelism()));
    pipeline.getCoderRegistry().registerCoderForClass(Order.class, new OrderCoder());
    int stages = job.targets().size();
    PCollectionList<Order> parts =
        pipeline
            .apply("Read", StockJdbc.read(dataSources.apply("read"), job.source()))
            .apply("Spread", Partition.of(stages, StockFanOut::stageOf));
    for (int stage = 0; stage < stages; stage++) {
      String target = job.targets().get(stage);
      parts
          .get(stage)
          .apply(
              "Write " + target, StockJdbc.write(dataSources.apply(target), target, Mode.UPSERT));
    }
    pipeline.run().waitUntilFinish();
  }

  private static int stageOf(Order order, int stages) {
    return Math.floorMod(order.account(), stages);
  }

  /**
   * The pool of a stage: the same one for each of its threads, opened when it is first asked for,
   * and never larger than they can use.
   */
  private record StagePool(String stage, ConnectionSpec server, int threads)
      implements SerializableFunction<Void, DataSource> {

    private static final long LEAST_IDLE_MILLIS = 10_000;
    private static final Map<String, DataSource> POOLS = new ConcurrentHashMap<>();

    @Override
    public DataSource apply(Void none) {
      return POOLS.computeIfAbsent(stage, first -> open());
    }

    private DataSource open() {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(server.url());
      config.addDataSourceProperty("reWriteBatchedInserts", "true");
      config.setUsername(server.user());
      Secret password = server.password();
      if (password != null) {
        config.setPassword(password.reveal());
      }
      config.setMaximumPoolSize(threads);
      // A stage that is done gives its connections back as soon as a HikariCP can.
      config.setMinimumIdle(0);
      config.setIdleTimeout(LEAST_IDLE_MILLIS);
      // Else a stage that cannot connect at once would fail at once, and not within 30 s.
      config.setInitializationFailTimeout(-1);
      return new HikariDataSource(config);
    }
  }
}
