// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cache.CacheSettings;
import dev.millrace.cache.CachedLookup;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalRedis;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.read.ReadTable;
import dev.millrace.runners.flink.CommandedCluster;
import dev.millrace.runners.flink.Jcmd;
import dev.millrace.runners.flink.Packaged;
import dev.millrace.runners.sync.WrittenTable;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.write.WriteTable;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lookup with its cache in Redis in a cluster of processes, whose TaskManager loads the classes
 * of each job anew, those of the Redis client too: the next job finds what the one before looked
 * up, and nothing stays behind in the TaskManager.
 */
class LookupOnFlinkIT {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int STATIONS = 2_000;
  private static final int KEYS = STATIONS * 8 / 7;
  private static final String JOB_CLASSES = "org.apache.flink.util.ChildFirstClassLoader";

  /** Threads of the cache, the Redis client, what that is built upon, and the pools. */
  private static final Pattern OURS =
      Pattern.compile(
          "^\"(redis|lettuce|millrace|globalEventExecutor|nioEventLoop|parallel|boundedElastic)",
          Pattern.CASE_INSENSITIVE);

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String JOIN =
      "SELECT r.*, s.name FROM reading r LEFT JOIN station s ON s.code = r.station";

  @Test
  @Timeout(value = 4, unit = TimeUnit.MINUTES)
  void nextJob_shouldFindWhatTheOneBeforeLookedUp_andLeaveNothingBehind(@TempDir Path state)
      throws Exception {
    run(state, 2);
  }

  @Test
  @Tag("chaos")
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void jobs_shouldLeaveNothingBehind_allOfTwenty(@TempDir Path state) throws Exception {
    run(state, 20);
  }

  private static void run(Path state, int jobs) throws Exception {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS station, reading, joined, expected",
        "CREATE TABLE station (code int PRIMARY KEY, name text)",
        "INSERT INTO station SELECT i, md5(i::text) FROM generate_series(1, %d) i"
            .formatted(STATIONS),
        "CREATE TABLE reading (n int PRIMARY KEY, station int)",
        "INSERT INTO reading SELECT i, i * 7 %% %d FROM generate_series(1, 10000) i"
            .formatted(KEYS),
        "CREATE TABLE expected AS " + JOIN,
        "CREATE TABLE joined (LIKE expected)");
    try (CommandedCluster cluster = CommandedCluster.start(state, 1, 2);
        LocalRedis redis = LocalRedis.start(LocalRedis.Settings.DEFAULT)) {
      long worker = cluster.pid("taskmanager-1");
      for (int job = 0; job < jobs; job++) {
        POSTGRES.execute("TRUNCATE joined");
        long before = hits(redis);
        runJob(cluster, redis, "lookup-" + job);
        assertThat(POSTGRES.differences("TABLE expected", "TABLE joined"))
            .as("of job %d", job)
            .isZero();
        if (job > 0) {
          assertThat(hits(redis) - before).as("of Redis").isGreaterThanOrEqualTo(KEYS);
        }
        // Whoever asks the database again is told something else.
        POSTGRES.execute("UPDATE station SET name = 'asked again'");
        cluster.awaitFreeSlots();
        WrittenTable.await(() -> threads(worker) == 0, PATIENCE);
      }
      // The last one's stay until another needs the room.
      WrittenTable.await(() -> classLoaders(worker) <= 1, PATIENCE);
    }
  }

  /** Runs one to its end; in the middle, the threads are there that are to go. */
  private static void runJob(CommandedCluster cluster, LocalRedis redis, String name)
      throws Exception {
    try (Connection holder = POSTGRES.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE joined IN SHARE MODE");
      submit(cluster, redis, name);
      WrittenTable.await(LookupOnFlinkIT::isWaitedFor, PATIENCE);
      long worker = cluster.pid("taskmanager-1");
      WrittenTable.await(() -> threads(worker) > 0, PATIENCE);
      holder.rollback();
    }
    WrittenTable.await(() -> job(cluster, name).ended(), PATIENCE);
    FlinkRest.Job job = job(cluster, name);
    assertThat(job.state())
        .as(cluster.rest().failure(job.id()).orElse("it does not say why"))
        .isEqualTo("FINISHED");
  }

  private static boolean isWaitedFor() throws SQLException {
    return POSTGRES.value(
            "SELECT count(*) FROM pg_locks WHERE relation = 'joined'::regclass AND NOT granted",
            Long.class)
        > 0;
  }

  private static void submit(CommandedCluster cluster, LocalRedis redis, String name)
      throws Exception {
    FlinkPipelineOptions options = PipelineOptionsFactory.as(FlinkPipelineOptions.class);
    options.setRunner(FlinkRunner.class);
    options.setJobName(name);
    options.setFlinkMaster(cluster.address());
    options.setParallelism(2);
    options.setFilesToStage(List.of(Packaged.jobJar().toString()));
    options.setAttachedMode(false);
    Pipeline pipeline = Pipeline.create(options);
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    RedisSettings settings = RedisSettings.of(redis.url()).withTimeout(Duration.ofSeconds(10));
    pipeline
        .apply(ReadTable.from(spec, "reading").blockSize(ByteSize.parse("16KiB")))
        .apply(
            CachedLookup.in(spec, "station")
                .on("station")
                .cached(
                    CacheSettings.DEFAULT
                        .withTimeToLive(Duration.ofHours(1), Duration.ofHours(1))
                        .withRedis(settings)))
        .apply(WriteTable.into(spec, "joined"));
    pipeline.run();
  }

  private static FlinkRest.Job job(CommandedCluster cluster, String name) throws Exception {
    return cluster.rest().jobs().stream()
        .filter(job -> job.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** How many of the keys that Redis was ever asked for it had. */
  private static long hits(LocalRedis redis) {
    RedisClient client = RedisClient.create(redis.url());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return connection
          .sync()
          .info("stats")
          .lines()
          .filter(line -> line.startsWith("keyspace_hits:"))
          .mapToLong(line -> Long.parseLong(line.substring("keyspace_hits:".length())))
          .sum();
    } finally {
      client.shutdown(0, 1, TimeUnit.SECONDS);
    }
  }

  /** How many threads a process has that a lookup began. */
  private static long threads(long pid) throws IOException, InterruptedException {
    return Jcmd.run(pid, "Thread.print").lines().filter(line -> OURS.matcher(line).find()).count();
  }

  /** Of jobs, as many as have classes in a process that were not unloaded. */
  private static long classLoaders(long pid) throws IOException, InterruptedException {
    // Soft references to classes go with the second, if they do.
    Jcmd.run(pid, "GC.run");
    Jcmd.run(pid, "GC.run");
    return Jcmd.run(pid, "GC.class_histogram")
        .lines()
        .filter(line -> line.strip().endsWith(" " + JOB_CLASSES))
        .mapToLong(line -> Long.parseLong(line.strip().replaceFirst("\\S+\\s+(\\d+).*", "$1")))
        .sum();
  }
}
