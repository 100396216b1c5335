// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.pipelines.airquality.csv.CsvLine.Read;
import dev.millrace.pipelines.airquality.csv.CsvLine.Rejected;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvReaderTest {
  private static final List<String> COLUMNS = List.of("a", "b", "c");

  private final Path folder;

  CsvReaderTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void next_shouldGiveFieldsAsDelivered() throws IOException {
    assertThat(lines("\"a\",\"b\",\"c\"\r\n1, NA ,\"N\"\r\n,\"x,\"\"y\"\"\",-2.7e-17\r\n"))
        .containsExactly(
            new Read(2, List.of("1", " NA ", "N")),
            new Read(3, List.of("", "x,\"y\"", "-2.7e-17")));
  }

  @Test
  void next_shouldOrderFieldsAsAsked() throws IOException {
    assertThat(lines("c,a,b\n3,1,2")).containsExactly(new Read(2, List.of("1", "2", "3")));
  }

  @Test
  void next_shouldReadAfterAByteOrderMark() throws IOException {
    assertThat(lines("\ufeffa,b,c\n1,2,\u00e4"))
        .containsExactly(new Read(2, List.of("1", "2", "\u00e4")));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`1,2`, has 2 fields (must be 3)",
        "`1,2,3,4`, has 4 fields (must be 3)",
        "``, is empty",
        "`1,\"2,3`, leaves the quote of field 2 open",
        "`1,2,\"`, leaves the quote of field 3 open",
        "`1,\"2\"x,3`, has text after the closing quote of field 2",
        "`1,2\",3`, has a quote inside the unquoted field 2",
      })
  void next_shouldRejectAMalformedLineAndReadTheNext(String line, String reason)
      throws IOException {
    assertThat(lines("a,b,c\r\n" + line + "\r\n4,5,6\r\n"))
        .containsExactly(new Rejected(2, reason, line), new Read(3, List.of("4", "5", "6")));
  }

  @Test
  void next_shouldRejectNulAndShowIt() throws IOException {
    assertThat(lines("a,b,c\n1,\u0000,\\\n"))
        .containsExactly(new Rejected(2, "has a NUL at byte 3", "1,\\x00,\\\\"));
  }

  @Test
  void next_shouldRejectWhatIsNotUtf8() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write("a,b,c\n1,\u00e4".getBytes(StandardCharsets.UTF_8));
    bytes.write(0xe9);
    bytes.write(",3\n".getBytes(StandardCharsets.UTF_8));

    assertThat(lines(file("x.csv", bytes.toByteArray())))
        .containsExactly(new Rejected(2, "is not UTF-8 at byte 5", "1,\u00e4\\xe9,3"));
  }

  @Test
  void next_shouldRejectALongLineAndReadTheNext() throws IOException {
    byte[] text = "a,b,c\n1,2,\n4,5,6\n".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(text, 0, 10);
    byte[] run = new byte[10 << 20];
    Arrays.fill(run, (byte) 'x');
    bytes.write(run);
    bytes.write(text, 10, text.length - 10);

    List<CsvLine> lines = lines(file("x.csv", bytes.toByteArray()));

    assertThat(lines).hasSize(2).last().isEqualTo(new Read(3, List.of("4", "5", "6")));
    Rejected rejected = (Rejected) lines.get(0);
    assertThat(rejected.reason()).isEqualTo("is longer than 1048576 bytes");
    assertThat(rejected.payload()).startsWith("1,2,xxx").endsWith("...").hasSize(1000);
  }

  @Test
  void next_shouldReadALineOfExactlyTheLimit() throws IOException {
    String longest = "1,2," + "x".repeat(CsvReader.MAX_LINE_BYTES - 4);

    assertThat(lines("a,b,c\r\n" + longest + "\r\n")).singleElement().isInstanceOf(Read.class);
    assertThat(lines("a,b,c\n" + longest + "x\n")).singleElement().isInstanceOf(Rejected.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a,b; its header lacks the column c",
        "a,b,c,d; its header has the unknown column \"d\"",
        "a,b,c,a; its header has the column a twice",
        "a,\"b,c; its header leaves the quote of field 2 open",
        "''; it is empty"
      })
  void open_shouldRefuseAnotherHeader(String header, String why) throws IOException {
    CsvFile file = file("x.csv", header.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> file.open(COLUMNS))
        .isInstanceOf(CsvException.class)
        .hasMessage("Cannot read x.csv: " + why);
  }

  @Test
  void next_shouldReadGzip() throws IOException {
    assertThat(lines(file("x.csv.gz", gzip("a,b,c\n1,2,3\n"))))
        .containsExactly(new Read(2, List.of("1", "2", "3")));
  }

  @Test
  void count_shouldRefuseATruncatedGzip() throws IOException {
    byte[] whole = gzip("a,b,c\n" + "1,2,3\n".repeat(50_000));
    CsvFile file = file("x.csv.gz", Arrays.copyOf(whole, whole.length - 20));

    assertThatThrownBy(() -> file.count(COLUMNS))
        .isInstanceOf(CsvException.class)
        .hasMessageMatching("Cannot read x.csv.gz: its gzip data ends early, after line \\d+");
  }

  @Test
  void count_shouldRefuseACorruptGzip() throws IOException {
    byte[] bytes = gzip("a,b,c\n" + "1,2,3\n".repeat(50_000));
    bytes[bytes.length - 6] ^= 1;
    CsvFile file = file("x.csv.gz", bytes);

    assertThatThrownBy(() -> file.count(COLUMNS))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("Cannot read x.csv.gz: its gzip data is corrupt after line 50001");
  }

  @Test
  void open_shouldRefuseWhatIsNotGzip() throws IOException {
    CsvFile file = file("x.csv.gz", "a,b,c\n".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> file.open(COLUMNS))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("Cannot read x.csv.gz: its gzip data is corrupt");
  }

  @Test
  void count_shouldCountTheLinesAfterTheHeader() throws IOException {
    CsvFile file = file("x.csv", "a,b,c\n1,2,3\nbad\n\n4,5,6".getBytes(StandardCharsets.UTF_8));

    assertThat(file.count(COLUMNS)).isEqualTo(4);
  }

  @Test
  void in_shouldFindPlainAndCompressedFilesByName() throws IOException {
    file("P_b.csv.gz", gzip(""));
    file("P_a.csv", new byte[0]);
    file("profile.csv", new byte[0]);

    assertThat(CsvFile.in(folder, "P_*.csv"))
        .extracting(CsvFile::name)
        .containsExactly("P_a.csv", "P_b.csv.gz");
  }

  @Test
  void in_shouldRefuseAFolderWithoutFiles() {
    assertThatThrownBy(() -> CsvFile.in(folder, "P_*.csv"))
        .isInstanceOf(CsvException.class)
        .hasMessage("Cannot read " + folder + ": no file in it is named P_*.csv or P_*.csv.gz");
    assertThatThrownBy(() -> CsvFile.in(folder.resolve("no"), "P_*.csv"))
        .isInstanceOf(CsvException.class)
        .hasMessage("Cannot read " + folder.resolve("no") + ": there is no such folder");
  }

  private List<CsvLine> lines(String text) throws IOException {
    return lines(file("x.csv", text.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<CsvLine> lines(CsvFile file) {
    List<CsvLine> lines = new ArrayList<>();
    try (CsvReader reader = file.open(COLUMNS)) {
      for (CsvLine line = reader.next(); line != null; line = reader.next()) {
        lines.add(line);
      }
    }
    return lines;
  }

  private CsvFile file(String name, byte[] bytes) throws IOException {
    return new CsvFile(Files.write(folder.resolve(name), bytes).toString());
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
