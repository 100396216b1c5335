// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.control.ByteSize;
import dev.millrace.testing.TestPipelineExtension;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Reify;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.ValueInSingleWindow;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link Blocks} but for {@code map} and {@code resize}, which have tests of their own. */
class BlocksTest {

  static final BlockSchema SCHEMA =
      BlockSchema.of(Column.of("id", BlockType.INT32), Column.of("name", BlockType.TEXT));

  private static final Duration MINUTE = Duration.standardMinutes(1);
  private static final IntervalWindow FIRST = new IntervalWindow(Instant.ofEpochMilli(0), MINUTE);
  private static final IntervalWindow SECOND =
      new IntervalWindow(Instant.ofEpochMilli(60_000), MINUTE);

  @RegisterExtension final TestPipelineExtension pipeline = TestPipelineExtension.create();

  @Test
  void fromRows_shouldGiveBackWhatToRowsTook() {
    Block block = BlockFixtures.sample(BlockFixtures.everyType(), 300, 3);
    PCollection<Row> rows = pipeline.apply(blocks(block)).apply(Blocks.toRows());

    assertThat(rows.getSchema()).isEqualTo(block.schema().toBeam());
    PAssert.that(rows.apply(Blocks.fromRows()))
        .satisfies(
            found -> {
              // Decimals come back as numerics and JSON as text: compare the values.
              Block expected = BlockFixtures.sample(BlockFixtures.everyType(), 300, 3);
              List<Object> values = new ArrayList<>();
              found.forEach(one -> values.addAll(BlockFixtures.rows(one)));
              assertThat(values).containsExactlyInAnyOrderElementsOf(BlockFixtures.rows(expected));
              return null;
            });
    pipeline.run();
  }

  @Test
  void fromRows_shouldCutBlocksAtTheirSize() {
    List<List<Object>> rows = new ArrayList<>();
    for (int id = 0; id < 100; id++) {
      rows.add(List.of(id, "x".repeat(92)));
    }
    PCollection<Block> found =
        pipeline
            .apply(blocks(BlockFixtures.block(SCHEMA, rows)))
            .apply(Blocks.toRows())
            .apply(Blocks.fromRows().withBlockSize(ByteSize.ofBytes(1_000)));

    PAssert.that(found)
        .satisfies(
            each -> {
              int sum = 0;
              for (Block block : each) {
                assertThat(block.rows()).isLessThanOrEqualTo(10);
                assertThat(block.bytes()).isLessThan(1_104);
                sum += block.rows();
              }
              assertThat(sum).isEqualTo(100);
              return null;
            });
    pipeline.run();
  }

  @Test
  void fromRows_shouldKeepTheRowsOfWindowsApart() {
    PCollection<Block> found =
        pipeline
            .apply(
                TestStream.create(SCHEMA.toBeam())
                    .addElements(rowAt(1, 1_000), rowAt(2, 61_000), rowAt(3, 2_000))
                    .advanceWatermarkTo(Instant.ofEpochMilli(50_000))
                    .addElements(rowAt(4, 62_000), rowAt(5, 59_999))
                    .advanceWatermarkToInfinity())
            .apply(Window.into(FixedWindows.of(MINUTE)))
            .apply(Blocks.fromRows());

    PAssert.that(found.apply(Reify.windows()))
        .satisfies(
            values -> {
              List<String> seen = new ArrayList<>();
              for (ValueInSingleWindow<Block> value : values) {
                for (List<?> row : BlockFixtures.rows(block(value))) {
                  seen.add(row.get(0) + " " + value.getWindow().equals(FIRST));
                }
                // Each is output at the time of a row in it.
                assertThat(BlockFixtures.rows(block(value)).stream().map(row -> row.get(1)))
                    .contains("at " + value.getTimestamp().getMillis());
              }
              assertThat(seen)
                  .containsExactlyInAnyOrder("1 true", "2 false", "3 true", "4 false", "5 true");
              return null;
            });
    pipeline.run();
  }

  @Test
  void fromRows_shouldRefuseAValueByItsColumn() {
    pipeline
        .apply(
            Create.of(Row.withSchema(SCHEMA.toBeam()).addValues(1, "a\0b").build())
                .withRowSchema(SCHEMA.toBeam()))
        .apply(Blocks.fromRows());

    assertThatThrownBy(pipeline::run)
        .hasMessageContaining("Invalid value of column name: ")
        .hasMessageContaining("(must be a String without NUL and unpaired surrogates)");
  }

  @Test
  void toRows_shouldRefuseWhatNoRowHolds() {
    pipeline.apply(blocks(BlockFixtures.extremes())).apply(Blocks.toRows());

    assertThatThrownBy(pipeline::run)
        .hasMessageContaining("Cannot turn column numeric of ")
        .hasMessageContaining(" into a row: an infinity has no decimal");
  }

  @Test
  void transforms_shouldKeepWindowsAndTimestamps() {
    PCollection<Block> found =
        pipeline
            .apply(
                Create.timestamped(
                        TimestampedValue.of(block("a", 1, 2), Instant.ofEpochMilli(30_000)),
                        TimestampedValue.of(block("b", 3), Instant.ofEpochMilli(90_000)))
                    .withCoder(BlockCoder.of(SCHEMA)))
            .apply(Window.into(FixedWindows.of(MINUTE)))
            .apply(Blocks.map(SCHEMA, (batch, allocator) -> batch))
            .apply(Blocks.filter((block, row) -> block.column(0).getInt(row) != 2))
            .apply(Blocks.project("name", "id"))
            .apply(Blocks.resize(ByteSize.ofMebibytes(1)));

    PAssert.that(found.apply(Reify.windows()))
        .satisfies(
            values -> {
              List<Object> seen = new ArrayList<>();
              for (ValueInSingleWindow<Block> value : values) {
                BoundedWindow window = value.getWindow();
                Block block = block(value);
                seen.add(
                    List.of(
                        block.origin().split(),
                        value.getTimestamp().getMillis(),
                        window,
                        BlockFixtures.rows(block)));
              }
              assertThat(seen)
                  .containsExactlyInAnyOrder(
                      List.of("a", 30_000L, FIRST, List.of(List.of("row 1", 1))),
                      List.of("b", 90_000L, SECOND, List.of(List.of("row 3", 3))));
              return null;
            });
    pipeline.run();
  }

  @Test
  void filter_shouldCountWhatItDropsAndKeepEmptyBlocks() {
    PCollection<Block> found =
        pipeline
            .apply(blocks(block("none", 1, 3), block("some", 4, 5, 6), block("all", 8)))
            .apply(Blocks.filter((block, row) -> block.column(0).getInt(row) % 2 == 0));

    PAssert.that(found).containsInAnyOrder(block("none"), block("some", 4, 6), block("all", 8));
    PipelineResult result = pipeline.run();
    Iterable<MetricResult<Long>> counters =
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named("millrace", "rows_filtered"))
                    .build())
            .getCounters();
    assertThat(counters).singleElement().extracting(MetricResult::getAttempted).isEqualTo(3L);
  }

  @Test
  void project_shouldRefuseAnUnknownColumnBeforeTheRun() {
    PCollection<Block> input = Pipeline.create().apply(blocks(block("a", 1)));

    assertThatThrownBy(() -> input.apply(Blocks.project("id", "nome")))
        .hasMessage("Invalid column: nome (must be one of [id, name])");
  }

  @Test
  void project_shouldRefuseAColumnOfAnotherType() {
    BlockSchema other = BlockSchema.of(Column.of("id", BlockType.INT64));

    assertThatThrownBy(() -> block("a", 1).project(other))
        .hasMessage("Invalid column: id of INT64 (must be of INT32)");
  }

  static Create.Values<Block> blocks(Block first, Block... others) {
    List<Block> all = new ArrayList<>(List.of(others));
    all.add(first);
    return Create.of(all).withCoder(BlockCoder.of(first.schema()));
  }

  /** A block of a split, of rows of these ids. */
  static Block block(String split, int... ids) {
    List<List<Object>> rows = new ArrayList<>();
    for (int id : ids) {
      rows.add(List.of(id, "row " + id));
    }
    return BlockFixtures.block(SCHEMA, new Origin(split, 0, "", ""), rows);
  }

  private static TimestampedValue<Row> rowAt(int id, long millis) {
    return TimestampedValue.of(
        Row.withSchema(SCHEMA.toBeam()).addValues(id, "at " + millis).build(),
        Instant.ofEpochMilli(millis));
  }

  private static Block block(ValueInSingleWindow<Block> value) {
    return requireNonNull(value.getValue());
  }
}
