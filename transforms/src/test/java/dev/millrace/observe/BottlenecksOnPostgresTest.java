// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Blocks;
import dev.millrace.block.Column;
import dev.millrace.cache.CachedComputation;
import dev.millrace.cache.CachedLookup;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pool.InPool;
import dev.millrace.pool.PoolSpec;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a pipeline is made to wait for is what it is said to wait for. */
@Timeout(240)
class BottlenecksOnPostgresTest {

  private static final String WRITE = "write public.t";

  private static final BlockSchema KEY = BlockSchema.of(Column.of("k", BlockType.INT32));
  private static final BlockSchema FOUND = BlockSchema.of(Column.of("name", BlockType.TEXT));

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void tables() throws SQLException {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS s, t",
        "CREATE TABLE s (id bigint PRIMARY KEY, k int, text text)",
        "CREATE TABLE t (LIKE s, name text)",
        """
        CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END'""");
    rows(40_000);
  }

  private static ConnectionSpec spec() {
    return ConnectionSpec.of(POSTGRES.jdbcUrl());
  }

  private static void rows(int count) throws SQLException {
    POSTGRES.execute(
        "TRUNCATE s",
        "INSERT INTO s SELECT i, i % 1000, repeat(md5(i::text), 4) FROM generate_series(1, "
            + count
            + ") i");
  }

  private static void slowSink() throws SQLException {
    POSTGRES.execute(
        "CREATE TRIGGER slow AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION slow()");
  }

  @Test
  void of_shouldNameTheLockAndItsHolder_whenAnotherSessionHasTheTarget() throws Exception {
    try (Connection holder = spec().connect("holder");
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE t IN SHARE MODE");
      Future<CopyRun> copy = threads.submit(() -> CopyRun.direct(spec(), CopyRun.nothing()));
      PostgresExtension.awaitLockWait(holder, 9);
      holder.rollback();

      Bottleneck found = copy.get().bottleneck();
      assertThat(found.stage().stage()).isEqualTo(WRITE);
      assertThat(found.cause()).as("%s", found).isEqualTo(Spent.LOCK);
      assertThat(found.stage().holder()).matches("session \\d+ of .*");
      assertThat(found.share()).isGreaterThan(0.5);
    }
  }

  @Test
  void of_shouldNameTheSink_whenItsServerIsSlow() throws Exception {
    slowSink();
    CopyRun run = CopyRun.direct(spec(), CopyRun.nothing());
    assertThat(run.bottleneck().stage().stage()).isEqualTo(WRITE);
    assertThat(run.bottleneck().cause()).isEqualTo(Spent.DATABASE);
    assertThat(run.bottleneck().share()).isGreaterThan(0.5);
  }

  @Test
  void of_shouldNameTheSinkAndNotItsSource_whenTheyShareAThread() throws Exception {
    slowSink();
    CopyRun run = CopyRun.flink(spec(), CopyRun.nothing());
    assertThat(run.bottleneck().stage().stage()).isEqualTo(WRITE);
    assertThat(run.bottleneck().cause()).isEqualTo(Spent.DATABASE);
    assertThat(run.stage("read public.s").share(Spent.DOWNSTREAM)).isGreaterThan(0.3);
  }

  @Test
  void of_shouldNameConnections_whenThereIsOneForSeveralThreads() throws Exception {
    rows(20_000);
    slowSink();
    CopyRun run = CopyRun.direct(spec().withMaxConnections(1), CopyRun.nothing());
    assertThat(run.bottleneck().stage().stage()).isEqualTo(WRITE);
    assertThat(run.bottleneck().cause()).as("%s", run).isEqualTo(Spent.CONNECTION);
  }

  @Test
  void of_shouldNameTheMisses_whenALookupIsSlow() {
    CachedLookup slow =
        CachedLookup.by("slow", "1", KEY, FOUND, BottlenecksOnPostgresTest::find).on("k");
    CopyRun run = CopyRun.direct(spec(), slow.columns("name"));
    assertThat(run.bottleneck().stage().stage()).isEqualTo("look up slow");
    assertThat(run.bottleneck().cause()).isEqualTo(Spent.LOADING);
    assertThat(run.bottleneck().share()).isGreaterThan(0.5);
  }

  private static Map<Row, Row> find(List<Row> keys) throws InterruptedException {
    new CountDownLatch(1).await(700, TimeUnit.MILLISECONDS);
    Map<Row, Row> found = new HashMap<>();
    keys.forEach(key -> found.put(key, Row.withSchema(FOUND.toBeam()).addValue("n").build()));
    return found;
  }

  @Test
  void of_shouldNameTheWork_whenAMapComputes() {
    CopyRun run = CopyRun.direct(spec(), Blocks.map(schema(), BottlenecksOnPostgresTest::compute));
    assertThat(run.bottleneck().stage().stage()).isEqualTo("map");
    assertThat(run.bottleneck().cause()).as("%s", run).isIn(Spent.WORKING, Spent.PROCESSOR);
    assertThat(run.stage("map").seconds(Spent.WORKING)).isPositive();
  }

  @Test
  void of_shouldNameTheSlots_whenAPoolIsTooSmall() {
    InPool narrow = InPool.of(PoolSpec.of("narrow", 1), 1);
    CopyRun run =
        CopyRun.direct(
            spec(), narrow.apply(Blocks.map(schema(), BottlenecksOnPostgresTest::compute)));
    assertThat(run.bottleneck().stage().stage()).isEqualTo("run Blocks.Map/Map in pool narrow");
    assertThat(run.bottleneck().cause()).as("%s", run).isEqualTo(Spent.SLOT);
    assertThat(run.bottleneck().share()).isGreaterThan(0.5);
  }

  private static BlockSchema schema() {
    return BlockSchema.of(
        Column.of("id", BlockType.INT64),
        Column.of("k", BlockType.INT32),
        Column.of("text", BlockType.TEXT));
  }

  private static VectorSchemaRoot compute(VectorSchemaRoot batch, BufferAllocator allocator) {
    ThreadMXBean thread = ManagementFactory.getThreadMXBean();
    long end = thread.getCurrentThreadCpuTime() + TimeUnit.MILLISECONDS.toNanos(40);
    while (thread.getCurrentThreadCpuTime() < end) {
      Thread.onSpinWait();
    }
    return batch;
  }

  @Test
  void of_shouldNameTheCollector_whenTheHeapIsSmall() throws Exception {
    rows(100_000);
    assertThat(SmallHeapChild.run(POSTGRES.jdbcUrl())).startsWith("GC of ");
  }

  @Test
  void stages_shouldBeNamedByWhatTheyDo() {
    Map<String, StageTime> before = Stage.times();
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(ReadTable.from(spec(), "s"))
        .apply(Blocks.filter((block, row) -> row % 2 == 0))
        .apply(Blocks.resize(Blocks.DEFAULT_SIZE))
        .apply(Blocks.toRows())
        .apply(MapElements.into(TypeDescriptors.longs()).via(row -> row.getInt32("k") % 7L))
        .apply(CachedComputation.of("seventh", key -> key * 2, VarLongCoder.of()));
    pipeline.run().waitUntilFinish();
    assertThat(Stage.since(before))
        .extracting(StageTime::stage)
        .contains("read public.s", "filter", "resize", "to rows", "compute seventh");
  }

  @Test
  void rest_shouldBeSmall_whenNothingIsInTheWay() throws Exception {
    rows(300_000);
    CopyRun run = CopyRun.direct(spec(), Blocks.map(schema(), (batch, allocator) -> batch));
    assertThat(run.bottleneck().rest()).as("%s", run).isLessThan(0.1);
    assertThat(run.stage("read public.s").allocatedBytes()).isGreaterThan(1 << 20);
    CopyRun fused = CopyRun.flink(spec(), Blocks.map(schema(), (batch, allocator) -> batch));
    assertThat(fused.bottleneck().rest()).as("%s", fused).isLessThan(0.1);
  }
}
