// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.block.Origin;
import dev.millrace.connect.Secret;
import dev.millrace.control.ByteSize;
import dev.millrace.observe.Events;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageResultTest {

  private static final BlockSchema SCHEMA =
      BlockSchema.of(Column.of("id", BlockType.INT64), Column.of("name", BlockType.TEXT));
  private static final ContentKey KEY = ContentKey.of("numbers").input("in", "1");

  /** How often a stage made a block, in this JVM; of those that may outlive their test, apart. */
  private static final AtomicInteger MADE = new AtomicInteger();

  private static final AtomicInteger MADE_IN_VAIN = new AtomicInteger();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private ResultStore store() {
    return ResultStore.in(folder.toString());
  }

  /** Makes a block of each number. */
  private static final class MakeFn extends DoFn<Long, Block> {
    private final boolean fails;

    MakeFn(boolean fails) {
      this.fails = fails;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<Block> out) {
      (fails ? MADE_IN_VAIN : MADE).incrementAndGet();
      BlockBuilder builder = new BlockBuilder(SCHEMA);
      for (long id = number * 100; id < number * 100 + 100; id++) {
        builder.column(0).appendLong(id);
        builder.column(1).append(id % 7 == 0 ? null : "row " + id);
      }
      out.output(builder.build(Origin.NONE));
    }
  }

  private static PTransform<PBegin, PCollection<Block>> stage(long blocks) {
    return stage(blocks, false);
  }

  private static PTransform<PBegin, PCollection<Block>> stage(long blocks, boolean fails) {
    return new PTransform<>() {
      @Override
      public PCollection<Block> expand(PBegin begin) {
        return begin
            .apply(
                Create.of(LongStream.range(0, blocks).boxed().toList())
                    .withCoder(VarLongCoder.of()))
            .apply(ParDo.of(new MakeFn(fails)))
            .setCoder(BlockCoder.of(SCHEMA));
      }
    };
  }

  /** Runs, and says how many blocks were made. */
  private static int run(StageResult result, long blocks) {
    int before = MADE.get();
    Pipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PAssert.that(pipeline.apply("Numbers", result).apply(ParDo.of(new RowsFn())))
        .containsInAnyOrder(expected(blocks));
    pipeline.run().waitUntilFinish();
    return MADE.get() - before;
  }

  private static final class RowsFn extends DoFn<Block, String> {
    @ProcessElement
    public void process(@Element Block block, OutputReceiver<String> out) {
      for (int row = 0; row < block.rows(); row++) {
        out.output(block.column(0).getLong(row) + " " + block.column(1).value(row));
      }
    }
  }

  private static List<String> expected(long blocks) {
    List<String> rows = new ArrayList<>();
    for (long id = 0; id < blocks * 100; id++) {
      rows.add(id + " " + (id % 7 == 0 ? null : "row " + id));
    }
    return rows;
  }

  private StageResult result(ContentKey key) {
    return StageResult.of(key, SCHEMA, stage(20)).in(store());
  }

  @Test
  void expand_shouldComputeOnce_whileNothingChanges() throws Exception {
    assertThat(run(result(KEY), 20)).isEqualTo(20);
    assertThat(run(result(KEY), 20)).isZero();
    assertThat(run(result(ContentKey.of("numbers").input("in", "2")), 20)).isEqualTo(20);
    assertThat(run(result(KEY).anew(), 20)).isEqualTo(20);
    assertThat(run(result(KEY), 20)).isZero();

    assertThat(Events.latest())
        .extracting(Events.Event::text)
        .anyMatch(
            text -> text.matches("numbers is unchanged since .*: 2,000 rows are read from .*"));
    assertThat(store().list())
        .hasSize(2)
        .allSatisfy(
            kept -> {
              assertThat(kept.rows()).isEqualTo(2_000);
              assertThat(kept.seconds()).isPositive();
              assertThat(kept.bytes()).isPositive();
              assertThat(kept.reads("in")).isTrue();
              assertThat(kept.reads("out")).isFalse();
            });
  }

  @Test
  void expand_shouldKeepNothingAsWell() {
    StageResult nothing = StageResult.of(KEY, SCHEMA, stage(0)).in(store());
    assertThat(run(nothing, 0)).isZero();
    assertThat(store().find(KEY.parameter("schema", SCHEMA.toString()))).isPresent();
  }

  @Test
  void expand_shouldKeepNothingOfARunThatFails() {
    PTransform<PBegin, PCollection<Block>> failing =
        new PTransform<>() {
          @Override
          public PCollection<Block> expand(PBegin begin) {
            return begin
                .apply(stage(20, true))
                .apply(ParDo.of(new FailFn()))
                .setCoder(BlockCoder.of(SCHEMA));
          }
        };
    Pipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    pipeline.apply("Numbers", StageResult.of(KEY, SCHEMA, failing).in(store()));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish()).hasMessageContaining("on purpose");

    assertThat(run(result(KEY), 20)).isEqualTo(20);
  }

  private static final class FailFn extends DoFn<Block, Block> {
    @ProcessElement
    public void process(@Element Block block, OutputReceiver<Block> out) {
      if (block.column(0).getLong(0) == 1_900) {
        throw new IllegalStateException("on purpose");
      }
      out.output(block);
    }
  }

  @Test
  void find_shouldNeverServeWhatWasDamaged() throws IOException {
    run(result(KEY), 20);
    ContentKey whole = KEY.parameter("schema", SCHEMA.toString());
    Random random = new Random(7);
    List<Path> files = files();
    for (int i = 0; i < 200; i++) {
      Path file = files.get(random.nextInt(files.size()));
      byte[] good = Files.readAllBytes(file);
      byte[] bad = Arrays.copyOf(good, i % 2 == 0 ? good.length : random.nextInt(good.length));
      if (i % 2 == 0) {
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(file, bad);
      assertThat(store().find(whole)).as("damage %d of %s", i, file).isEmpty();
      Files.write(file, good);
      assertThat(store().find(whole)).isPresent();
    }

    Files.delete(files.get(0));
    assertThat(run(result(KEY), 20)).isEqualTo(20);
    assertThat(run(result(KEY), 20)).isZero();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void find_shouldNotTrustAnotherSecret() {
    ResultStore mine = store().withSecret(Secret.inline("a".repeat(16)));
    ResultStore theirs = store().withSecret(Secret.inline("b".repeat(16)));
    assertThat(run(StageResult.of(KEY, SCHEMA, stage(5)).in(theirs), 5)).isEqualTo(5);
    assertThat(run(StageResult.of(KEY, SCHEMA, stage(5)).in(mine), 5)).isEqualTo(5);
    assertThat(run(StageResult.of(KEY, SCHEMA, stage(5)).in(mine), 5)).isZero();
  }

  @Test
  void keep_shouldLetTheOldestGo_whenThereIsNoRoom() throws IOException {
    ResultStore small = store().withSize(ByteSize.ofBytes(1));
    for (int i = 0; i < 3; i++) {
      ContentKey key = ContentKey.of("numbers").input("in", "" + i);
      assertThat(run(StageResult.of(key, SCHEMA, stage(20)).in(small), 20)).isEqualTo(20);
      assertThat(small.list()).hasSize(1);
    }
    assertThat(small.list().get(0).parts()).containsEntry("input in", "2");
  }

  @Test
  void run_shouldGoOn_whenNothingCanBeKept() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    ResultStore nowhere = ResultStore.in(file.toString());
    assertThat(run(StageResult.of(KEY, SCHEMA, stage(20)).in(nowhere), 20)).isEqualTo(20);
    assertThat(Events.latest())
        .extracting(Events.Event::text)
        .anyMatch(
            text -> text.startsWith("The result of numbers ") && text.contains("is not kept"));
  }

  @Test
  void forget_shouldRemoveTheFiles_andClearAll() throws IOException {
    run(result(KEY).tagged("daily"), 20);
    run(result(KEY.parameter("other", "1")), 20);
    assertThat(store().forget(kept -> kept.tags().contains("daily"))).hasSize(1);
    assertThat(store().list()).hasSize(1);
    assertThat(run(result(KEY), 20)).isEqualTo(20);

    store().clear();
    assertThat(store().list()).isEmpty();
    assertThat(files()).isEmpty();
  }

  @Test
  void expand_shouldRefuseAStageWithoutAnEnd_andAnotherSchema() {
    PTransform<PBegin, PCollection<Block>> endless =
        new PTransform<>() {
          @Override
          public PCollection<Block> expand(PBegin begin) {
            return begin
                .apply(GenerateSequence.from(0))
                .apply(ParDo.of(new MakeFn(false)))
                .setCoder(BlockCoder.of(SCHEMA));
          }
        };
    assertThatThrownBy(
            () ->
                TestPipeline.create()
                    .enableAbandonedNodeEnforcement(false)
                    .apply(StageResult.of(KEY, SCHEMA, endless).in(store())))
        .hasMessage("Cannot keep the result of numbers: it has windows, or no end");
    BlockSchema other = BlockSchema.of(Column.of("id", BlockType.INT64));
    assertThatThrownBy(
            () ->
                TestPipeline.create()
                    .enableAbandonedNodeEnforcement(false)
                    .apply(StageResult.of(KEY, other, stage(1)).in(store())))
        .hasMessageStartingWith("Invalid schema of numbers: ");
    assertThatThrownBy(() -> StageResult.of(ContentKey.of("a/b"), SCHEMA, stage(1)))
        .hasMessageStartingWith("Invalid name of a stage: a/b ");
  }
}
