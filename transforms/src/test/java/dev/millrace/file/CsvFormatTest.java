// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static dev.millrace.file.Read.row;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.io.Compression;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvFormatTest {

  private static final BlockSchema SCHEMA =
      BlockSchema.of(Column.of("id", BlockType.INT32), Column.of("name", BlockType.TEXT));

  @TempDir private Path folder = Path.of("");

  private final List<RejectedRecord> bad = new ArrayList<>();

  private List<List<@Nullable Object>> read(String text, BlockSchema schema, Csv csv)
      throws IOException {
    return read(text.getBytes(UTF_8), schema, csv);
  }

  private List<List<@Nullable Object>> read(byte[] bytes, BlockSchema schema, Csv csv)
      throws IOException {
    Path file = Files.write(folder.resolve("some.csv"), bytes);
    CsvFormat format = new CsvFormat(schema, csv, Compression.AUTO);
    return Read.resuming(
        format, List.of(FilePart.whole(file.toString())), ByteSize.ofMebibytes(1), bad);
  }

  @Test
  void csv_shouldBeReadByItsHeader() throws IOException {
    assertThat(read("other,name,id\r\nx,one,1\r\ny,two,2\r\n", SCHEMA, Csv.DEFAULT))
        .containsExactly(row(1, "one"), row(2, "two"));
  }

  @Test
  void csv_shouldTellNullFromEmpty_andKeepWhatIsQuoted() throws IOException {
    String text = "id,name\n1,\n2,\"\"\n3,\"a \"\"b\"\", c\nd\"\n4,un\"quoted\n5, blank \n6,é€😀";

    assertThat(read(text, SCHEMA, Csv.DEFAULT))
        .containsExactly(
            row(1, null),
            row(2, ""),
            row(3, "a \"b\", c\nd"),
            row(4, "un\"quoted"),
            row(5, " blank "),
            row(6, "é€😀"));
  }

  @Test
  void csv_shouldBeReadInItsDialect() throws IOException {
    Csv csv = Csv.DEFAULT.withSeparator(';').withoutHeader().withNullText("NA");

    assertThat(read("NA;x,y\n2;\"NA\"\n3;\n", SCHEMA, csv))
        .containsExactly(row(null, "x,y"), row(2, "NA"), row(3, ""));
  }

  @Test
  void emptyLines_shouldBeSkipped_butAreNullsOfASingleColumn() throws IOException {
    BlockSchema single = BlockSchema.of(Column.of("id", BlockType.INT32));

    assertThat(read("id,name\n\n1,one\n\n", SCHEMA, Csv.DEFAULT)).containsExactly(row(1, "one"));
    assertThat(read("id\n1\n\n3\n", single, Csv.DEFAULT))
        .containsExactly(row(1), row((Object) null), row(3));
  }

  @Test
  void mark_shouldBeSkipped() throws IOException {
    assertThat(read("\uFEFFid,name\n1,one\n", SCHEMA, Csv.DEFAULT)).containsExactly(row(1, "one"));
  }

  @Test
  void types_shouldBeReadFromTheTextsOfPostgresAndIso() throws IOException {
    BlockSchema all =
        BlockSchema.of(
            Column.of("a", BlockType.BOOL),
            Column.of("b", BlockType.INT16),
            Column.of("c", BlockType.INT64),
            Column.of("d", BlockType.FLOAT32),
            Column.of("e", BlockType.FLOAT64),
            Column.of("f", BlockType.decimal(10, 2)),
            Column.of("g", BlockType.NUMERIC),
            Column.of("h", BlockType.BYTES),
            Column.of("i", BlockType.DATE),
            Column.of("j", BlockType.TIME),
            Column.of("k", BlockType.TIMESTAMP),
            Column.of("l", BlockType.TIMESTAMPTZ),
            Column.of("m", BlockType.UUID),
            Column.of("n", BlockType.JSON));
    String uuid = "00112233-4455-6677-8899-aabbccddeeff";
    String text =
        "t,-32768,9223372036854775807,1.5,-Infinity,-1.50,1e3,\\x00ff,2026-02-28,23:59:59.000001,"
            + "2026-02-28 01:02:03.5,2026-02-28 01:02:03.5+02,"
            + uuid
            + ",\"{\"\"a\"\":1}\"\n";

    assertThat(read(text, all, Csv.DEFAULT.withoutHeader()))
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(
            row(
                true,
                Short.MIN_VALUE,
                Long.MAX_VALUE,
                1.5f,
                Double.NEGATIVE_INFINITY,
                new BigDecimal("-1.50"),
                new BigDecimal("1000"),
                new byte[] {0, -1},
                LocalDate.of(2026, 2, 28),
                LocalTime.parse("23:59:59.000001"),
                LocalDateTime.parse("2026-02-28T01:02:03.5"),
                Instant.parse("2026-02-27T23:02:03.5Z"),
                UUID.fromString(uuid),
                "{\"a\":1}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x,one|has 'x' in column id (must be a whole number that fits INT32)",
        "2147483648,one|has '2147483648' in column id (must be a whole number that fits INT32)",
        "1|has 1 field (must have 2)",
        "1,2,3|has 3 fields (must have 2)",
        "1,'\"'a'\"'b|has a quote that is not closed, or text after a closing one (must be doubled to be text)",
      })
  void badRecords_shouldBeNamed_andTheOthersRead(String record, String why) throws IOException {
    String written = record.replace("'\"'", "\"");
    String text = "id,name\n1,\"o\nne\"\n" + written + "\n3,three\n";

    assertThat(read(text, SCHEMA, Csv.DEFAULT)).containsExactly(row(1, "o\nne"), row(3, "three"));
    assertThat(bad)
        .containsExactly(
            new RejectedRecord(folder.resolve("some.csv").toString(), 4, written, why));
  }

  @Test
  void badBytes_shouldBeABadRecord() throws IOException {
    byte[] bytes = "id,name\n1,one\n2,\u00e9\n3,three".getBytes(StandardCharsets.ISO_8859_1);

    assertThat(read(bytes, SCHEMA, Csv.DEFAULT)).containsExactly(row(1, "one"), row(3, "three"));
    assertThat(bad)
        .singleElement()
        .returns("has bytes that are not UTF-8 (must be)", RejectedRecord::why)
        .returns(3L, RejectedRecord::line);
  }

  @Test
  void openQuote_shouldBeABadRecord() throws IOException {
    assertThat(read("id,name\n1,one\n2,\"two\n3,three\n", SCHEMA, Csv.DEFAULT))
        .containsExactly(row(1, "one"));
    assertThat(bad)
        .singleElement()
        .returns(3L, RejectedRecord::line)
        .returns(
            "has a quote that is not closed, or text after a closing one (must be doubled to be"
                + " text)",
            RejectedRecord::why);
  }

  @Test
  void lineBreak_shouldBeABadRecord_whenReadAsOneLineEach() throws IOException {
    assertThat(read("id,name\n1,\"o\nne\"\n3,three\n", SCHEMA, Csv.DEFAULT.withOneLineEach()))
        .containsExactly(row(3, "three"));
    assertThat(bad).extracting(RejectedRecord::line).containsExactly(2L, 3L);
    assertThat(read("id,name\n1,one\n", SCHEMA, Csv.DEFAULT.withOneLineEach()))
        .containsExactly(row(1, "one"));
  }

  @Test
  void longRecord_shouldBeRefused_beforeItTakesTheHeap() {
    String text = "id,name\n1,\"" + "x".repeat(CsvPartReader.MOST_RECORD) + "\"\n";

    assertThatThrownBy(() -> read(text, SCHEMA, Csv.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("some.csv: the record at line 2 takes more than 16777216 bytes");
  }

  @Test
  void header_shouldHaveEachColumnOnce() {
    assertThatThrownBy(() -> read("id,nome\n1,x\n", SCHEMA, Csv.DEFAULT))
        .hasMessageEndingWith(
            "some.csv: its header has column name not (must be once among [id, nome])");
    assertThatThrownBy(() -> read("", SCHEMA, Csv.DEFAULT))
        .hasMessageEndingWith("some.csv: it is empty (must have a header)");
  }

  @Test
  void schema_shouldHaveTypesThatCsvHas() {
    BlockSchema opaque = BlockSchema.of(Column.of("p", BlockType.opaque("point")));

    assertThatThrownBy(() -> new CsvFormat(opaque, Csv.DEFAULT, Compression.AUTO))
        .hasMessage("Invalid column: p of point (must be of a type that CSV has)");
  }
}
