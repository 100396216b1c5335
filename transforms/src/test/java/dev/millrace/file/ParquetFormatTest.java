// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static dev.millrace.file.Read.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Block;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.control.ByteSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParquetFormatTest {

  private static final BlockSchema ALL =
      BlockSchema.of(
          Column.of("a", BlockType.BOOL),
          Column.of("b", BlockType.INT16),
          Column.of("c", BlockType.INT32),
          Column.of("d", BlockType.INT64),
          Column.of("e", BlockType.FLOAT32),
          Column.of("f", BlockType.FLOAT64),
          Column.of("g", BlockType.decimal(10, 2)),
          Column.of("h", BlockType.decimal(38, 4)),
          Column.of("i", BlockType.TEXT),
          Column.of("j", BlockType.BYTES),
          Column.of("k", BlockType.DATE),
          Column.of("l", BlockType.TIME),
          Column.of("m", BlockType.TIMESTAMP),
          Column.of("n", BlockType.TIMESTAMPTZ),
          Column.of("o", BlockType.UUID),
          Column.of("p", BlockType.JSON),
          Column.of("q", BlockType.decimal(76, 0)));

  private static final List<@Nullable Object> VALUES =
      row(
          true,
          Short.MIN_VALUE,
          Integer.MIN_VALUE,
          Long.MIN_VALUE,
          1.5f,
          Double.NaN,
          new BigDecimal("-12345678.90"),
          new BigDecimal("-1234567890123456789012345678901234.5678"),
          "é€😀",
          new byte[] {0, -1},
          LocalDate.of(1, 2, 3),
          LocalTime.parse("23:59:59.000001"),
          LocalDateTime.parse("1969-12-31T23:59:59.999999"),
          Instant.parse("2026-02-27T23:02:03.5Z"),
          UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
          "{\"a\":1}",
          new BigDecimal("1".repeat(76)));

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void register() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  private Path write(BlockSchema schema, CompressionCodecName codec, List<Block> blocks)
      throws IOException {
    Path file = folder.resolve("some.parquet");
    ParquetSink sink = new ParquetSink(schema, codec);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      sink.open(channel);
      for (Block block : blocks) {
        sink.write(block);
      }
      sink.flush();
    }
    return file;
  }

  private static List<FilePart> parts(ParquetFormat format, Path file) throws IOException {
    return format.parts(LanesFn.match(file.toString()).get(0), 1).stream()
        .map(Lane.Sized::part)
        .toList();
  }

  private static List<List<@Nullable Object>> read(Path file, long blockSize) throws IOException {
    ParquetFormat format = new ParquetFormat(ParquetFormat.schemaOf(file.toString()));
    return Read.resuming(
        format, parts(format, file), ByteSize.ofBytes(blockSize), new ArrayList<>());
  }

  @ParameterizedTest
  @EnumSource(names = {"UNCOMPRESSED", "GZIP", "ZSTD"})
  void types_shouldComeBack(CompressionCodecName codec) throws IOException {
    List<@Nullable Object> nulls = new ArrayList<>();
    ALL.columns().forEach(column -> nulls.add(null));
    List<List<@Nullable Object>> rows = List.of(VALUES, nulls, VALUES);

    Path file = write(ALL, codec, List.of(Read.block(ALL, rows)));

    assertThat(ParquetFormat.schemaOf(file.toString())).isEqualTo(ALL);
    assertThat(Read.block(ALL, read(file, 1 << 20))).isEqualTo(Read.block(ALL, rows));
    assertThat(Read.block(ALL, read(file, 1))).isEqualTo(Read.block(ALL, rows));
  }

  @Test
  void rowGroups_shouldBeParts_andEachRowReadOnce() throws IOException {
    BlockSchema schema =
        BlockSchema.of(Column.of("id", BlockType.INT32), Column.of("noise", BlockType.BYTES));
    Random random = new Random(7);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      for (int id = 0; id < 10; id++) {
        byte[] noise = new byte[1 << 20];
        random.nextBytes(noise);
        rows.add(row(i * 10 + id, noise));
      }
      blocks.add(Read.block(schema, rows));
    }
    Path file = write(schema, CompressionCodecName.ZSTD, blocks);
    ParquetFormat format = new ParquetFormat(schema.project(List.of("id")));

    assertThat(parts(format, file)).hasSize(3);
    assertThat(Read.resuming(format, parts(format, file), ByteSize.ofBytes(9), new ArrayList<>()))
        .containsExactlyElementsOf(IntStream.range(0, 50).mapToObj(Read::row).toList());
  }

  @Test
  void noRows_shouldComeBack() throws IOException {
    assertThat(read(write(ALL, CompressionCodecName.ZSTD, List.of()), 1 << 20)).isEmpty();
  }

  @Test
  void schema_shouldHaveTypesThatParquetHas() {
    BlockSchema numeric = BlockSchema.of(Column.of("n", BlockType.NUMERIC));

    assertThatThrownBy(() -> new ParquetSink(numeric, CompressionCodecName.ZSTD))
        .hasMessage("Invalid column: n of NUMERIC (must be of a type that Parquet has)");
  }

  @Test
  void otherColumns_shouldBeRefused() throws IOException {
    Path file = write(ALL, CompressionCodecName.ZSTD, List.of());
    BlockSchema other = BlockSchema.of(Column.of("c", BlockType.INT64));
    BlockSchema more = BlockSchema.of(Column.of("z", BlockType.INT64));
    FilePart part = FilePart.whole(file.toString());

    assertThatThrownBy(() -> new ParquetFormat(other).open(part, 0, ByteSize.ofMebibytes(1)))
        .hasMessage("Cannot read " + file + ": column c is of INT32 (must be of INT64)");
    assertThatThrownBy(() -> new ParquetFormat(more).open(part, 0, ByteSize.ofMebibytes(1)))
        .hasMessage("Cannot read " + file + ": column z is not there (must be of INT64)");
  }

  @Test
  void fileThatIsCutOff_shouldBeRefused() throws IOException {
    Path file = write(ALL, CompressionCodecName.ZSTD, List.of(Read.block(ALL, List.of(VALUES))));
    byte[] bytes = Files.readAllBytes(file);
    for (int length : new int[] {0, 4, bytes.length / 2, bytes.length - 1}) {
      Files.write(file, Arrays.copyOf(bytes, length));

      assertThatThrownBy(() -> read(file, 1))
          .isInstanceOf(IOException.class)
          .hasMessage("Cannot read " + file + ": it is no Parquet file, or ends early");
    }
  }

  @Test
  void pageThatLiesAboutItsSize_shouldBeRefused_beforeItTakesTheHeap() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
      for (int i = 0; i < 64; i++) {
        out.write(new byte[1 << 20]);
      }
    }
    BytesInput page = BytesInput.from(bomb.toByteArray());
    var gzip = new ParquetCodecs("f").getDecompressor(CompressionCodecName.GZIP);

    assertThatThrownBy(() -> gzip.decompress(page, 1000))
        .hasMessage("Cannot read f: a page is of another size than it says");
    assertThatThrownBy(() -> gzip.decompress(page, Integer.MAX_VALUE))
        .hasMessageStartingWith("Cannot read f: a page takes 2147483647 bytes (must be ");
  }
}
