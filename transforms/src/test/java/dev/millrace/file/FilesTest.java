// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static dev.millrace.file.Read.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Blocks;
import dev.millrace.block.Column;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FilesTest {

  private static final BlockSchema SCHEMA =
      BlockSchema.of(Column.of("id", BlockType.INT32), Column.of("name", BlockType.TEXT));
  private static final int BLOCKS = 12;
  private static final int ROWS = 500;

  @TempDir private Path folder = Path.of("");

  private static Pipeline pipeline(String runner) {
    return Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=" + runner).create());
  }

  private static List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < BLOCKS; i++) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      for (int id = i * ROWS; id < (i + 1) * ROWS; id++) {
        rows.add(row(id, id % 7 == 0 ? null : "name " + id + (id % 5 == 0 ? "\n\"quoted\"" : "")));
      }
      blocks.add(Read.block(SCHEMA, rows));
    }
    return blocks;
  }

  /** The rows of blocks, by their first column. */
  private static List<List<@Nullable Object>> rows(Iterable<Block> blocks) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Block block : blocks) {
      assertThat(block.schema().toBeam()).isEqualTo(SCHEMA.toBeam());
      rows.addAll(Read.rows(block));
    }
    rows.sort(Comparator.comparing(row -> (Integer) row.get(0)));
    return rows;
  }

  private void write(String runner, WriteFiles files) {
    Pipeline pipeline = pipeline(runner);
    pipeline.apply(Create.of(blocks()).withCoder(BlockCoder.of(SCHEMA))).apply(files);
    pipeline.run().waitUntilFinish();
  }

  private static void assertRead(String runner, ReadFiles files) {
    Pipeline pipeline = pipeline(runner);
    PAssert.that(pipeline.apply(files))
        .satisfies(
            found -> {
              assertThat(rows(found)).isEqualTo(rows(blocks()));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  static Stream<Arguments> runnersAndCompressions() {
    return Stream.of(
        Arguments.of("DirectRunner", Compression.UNCOMPRESSED),
        Arguments.of("DirectRunner", Compression.GZIP),
        Arguments.of("DirectRunner", Compression.ZSTD),
        Arguments.of("FlinkRunner", Compression.GZIP));
  }

  @ParameterizedTest
  @MethodSource("runnersAndCompressions")
  void csv_shouldComeBack(String runner, Compression compression) throws IOException {
    write(runner, WriteFiles.csv(folder.toString()).compression(compression));
    assertRead(
        runner,
        ReadFiles.csv(folder + "/part-*.csv" + compression.getSuggestedSuffix(), SCHEMA)
            .blockSize(ByteSize.ofKibibytes(4))
            .parallelism(2));
    assertNothingPassing();
  }

  @ParameterizedTest
  @MethodSource("runnersAndCompressions")
  void records_shouldComeBack(String runner, Compression compression) throws IOException {
    write(runner, WriteFiles.records(folder.toString()).compression(compression).shards(3));
    assertRead(runner, ReadFiles.records(folder + "/part-*").parallelism(1));
    assertNothingPassing();
  }

  @ParameterizedTest
  @MethodSource("runnersAndCompressions")
  void parquet_shouldComeBack(String runner, Compression compression) throws IOException {
    write(runner, WriteFiles.parquet(folder.toString()).compression(compression).shards(2));
    assertRead(runner, ReadFiles.parquet(folder + "/part-*").blockSize(ByteSize.ofKibibytes(4)));
    assertNothingPassing();
  }

  @Test
  void parquet_shouldBeReadInPart() {
    write("DirectRunner", WriteFiles.parquet(folder.toString()));
    Pipeline pipeline = pipeline("DirectRunner");

    PCollection<Row> names =
        pipeline
            .apply(ReadFiles.parquet(folder + "/*.parquet", SCHEMA.project(List.of("name"))))
            .apply(Blocks.toRows());
    PAssert.thatSingleton(names.apply(Count.globally())).isEqualTo((long) BLOCKS * ROWS);
    pipeline.run().waitUntilFinish();
    assertThat(names.getSchema().getFieldNames()).containsExactly("name");
  }

  /** Only files under their final names are left. */
  private void assertNothingPassing() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .isNotEmpty()
          .allMatch(
              name -> name.matches("part-\\d{5}-of-\\d{5}\\.(csv|blocks|parquet)(\\.gz|\\.zst)?"));
    }
  }

  @Test
  void records_shouldBeReadWithTheirColumnsTold_beforeTheyAreThere() {
    write("DirectRunner", WriteFiles.records(folder.toString()).prefix("told"));
    assertRead("DirectRunner", ReadFiles.records(folder + "/told-*", SCHEMA));
  }

  @Test
  void otherColumns_shouldBeRefused() {
    write("DirectRunner", WriteFiles.records(folder.toString()));
    BlockSchema other = BlockSchema.of(Column.of("id", BlockType.INT64));
    Pipeline pipeline = pipeline("DirectRunner");
    pipeline.apply(ReadFiles.records(folder + "/*.blocks", other));

    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasStackTraceContaining(
            ".blocks: its columns are (id INT32, name TEXT) (must be (id INT64))");
  }

  @Test
  void badLine_shouldEndTheRead_orBeRejected() throws IOException {
    Path file = Files.writeString(folder.resolve("some.csv"), "id,name\n1,one\nx,two\n3,three\n");
    Pipeline failing = pipeline("DirectRunner");
    failing.apply(ReadFiles.csv(file.toString(), SCHEMA));

    assertThatThrownBy(() -> failing.run().waitUntilFinish())
        .rootCause()
        .hasMessage(
            "Cannot read "
                + file
                + ": line 3 has 'x' in column id (must be a whole number that fits INT32)");

    Pipeline pipeline = pipeline("DirectRunner");
    ReadFilesResult read = pipeline.apply(ReadFiles.csv(file.toString(), SCHEMA).rejecting());
    PAssert.that(read.rejects())
        .containsInAnyOrder(
            new RejectedRecord(
                file.toString(),
                3,
                "x,two",
                "has 'x' in column id (must be a whole number that fits INT32)"));
    PAssert.thatSingleton(read.blocks().apply(Blocks.toRows()).apply(Count.globally()))
        .isEqualTo(2L);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void noFile_shouldBeRefused() {
    Pipeline pipeline = pipeline("DirectRunner");
    pipeline.apply(ReadFiles.csv(folder + "/no-*", SCHEMA));

    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .rootCause()
        .hasMessage("Cannot read " + folder + "/no-*: no file has such a name");
    assertThatThrownBy(() -> pipeline("DirectRunner").apply(ReadFiles.records(folder + "/no-*")))
        .hasMessageEndingWith("no file has such a name");
  }

  @Test
  void largeFile_shouldBeReadInParts_byAllLanes() throws IOException {
    Path file = folder.resolve("large.csv");
    StringBuilder text = new StringBuilder("id,name\n");
    for (int id = 0; id < 1_000_000; id++) {
      text.append(id).append(",name ").append(id).append('\n');
    }
    Files.writeString(file, text);
    Pipeline pipeline = pipeline("DirectRunner");

    PCollection<Block> blocks =
        pipeline.apply(ReadFiles.csv(file.toString(), SCHEMA, Csv.DEFAULT.withOneLineEach()));
    PAssert.that(blocks)
        .satisfies(
            found -> {
              long sum = 0;
              long rows = 0;
              for (Block block : found) {
                rows += block.rows();
                for (int row = 0; row < block.rows(); row++) {
                  sum += block.column(0).getInt(row);
                }
              }
              assertThat(rows).isEqualTo(1_000_000);
              assertThat(sum).isEqualTo(999_999L * 1_000_000 / 2);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void files_shouldTakeNoMoreMemory_howeverLarge() throws Exception {
    // More than the heap, and a hundredth of that on disk.
    Path file = folder.resolve("large.csv.gz");
    byte[] rest = ("," + "x".repeat(1000) + "\n").getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("id,text\n".getBytes(StandardCharsets.UTF_8));
      for (int id = 0; id < 160 << 10; id++) {
        out.write(Integer.toString(id).getBytes(StandardCharsets.UTF_8));
        out.write(rest);
      }
    }

    assertThat(FilesChild.run("128m", file.toString(), folder.resolve("copy").toString()))
        .isEqualTo("163840 163840");
  }
}
