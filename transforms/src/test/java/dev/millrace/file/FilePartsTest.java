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
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileIO;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;

/** Wherever files are cut and calls end, each row is read once. */
class FilePartsTest {

  private static final BlockSchema SCHEMA =
      BlockSchema.of(Column.of("id", BlockType.INT32), Column.of("text", BlockType.TEXT));

  private Path file = Path.of("");

  @BeforeProperty
  void create() throws IOException {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
    file = Files.createTempFile("parts", ".any");
  }

  @AfterProperty
  void delete() throws IOException {
    Files.delete(file);
  }

  private static List<List<@Nullable Object>> numbered(List<@Nullable String> texts) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (String text : texts) {
      rows.add(row(rows.size(), text));
    }
    return rows;
  }

  private void write(FileIO.Sink<Block> sink, List<List<@Nullable Object>> rows, int each)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      sink.open(channel);
      for (int from = 0; from < rows.size(); from += each) {
        sink.write(Read.block(SCHEMA, rows.subList(from, Math.min(rows.size(), from + each))));
      }
      sink.flush();
    }
  }

  private static List<List<@Nullable Object>> read(
      FileFormat format, List<FilePart> parts, long size) throws IOException {
    List<RejectedRecord> bad = new ArrayList<>();
    List<List<@Nullable Object>> rows = Read.resuming(format, parts, ByteSize.ofBytes(size), bad);
    assertThat(bad).isEmpty();
    return rows;
  }

  private List<FilePart> parts(FileFormat format, long target) throws IOException {
    return format.parts(LanesFn.match(file.toString()).get(0), target).stream()
        .map(Lane.Sized::part)
        .toList();
  }

  @Property(tries = 200)
  void csv_shouldHaveEachRowOnce_whereverACallEnds(
      @ForAll @Size(max = 20) List<@Chars({',', '"', '\n', '\r', 'a', 'é', ' '}) String> texts,
      @ForAll @LongRange(min = 1, max = 200) long blockSize,
      @ForAll boolean header)
      throws IOException {
    Csv csv = header ? Csv.DEFAULT : Csv.DEFAULT.withoutHeader();
    List<List<@Nullable Object>> rows = numbered(new ArrayList<>(texts));
    rows.add(row(null, null));
    write(new CsvSink(SCHEMA, csv), rows, 3);

    CsvFormat format = new CsvFormat(SCHEMA, csv, Compression.AUTO);
    assertThat(read(format, parts(format, 1), blockSize)).isEqualTo(rows);
  }

  @Property(tries = 200)
  void csvOfOneLineEach_shouldHaveEachRowOnce_whereverItIsCut(
      @ForAll @Size(max = 20) List<@Chars({',', '"', '\r', 'a', 'é'}) String> texts,
      @ForAll @LongRange(min = 1, max = 50) long target,
      @ForAll @LongRange(min = 1, max = 200) long blockSize)
      throws IOException {
    Csv csv = Csv.DEFAULT.withOneLineEach().withoutHeader();
    List<List<@Nullable Object>> rows = numbered(new ArrayList<>(texts));
    write(new CsvSink(SCHEMA, csv), rows, 3);

    CsvFormat format = new CsvFormat(SCHEMA, csv, Compression.AUTO);
    assertThat(read(format, parts(format, target), blockSize)).isEqualTo(rows);
  }

  @Property(tries = 200)
  void records_shouldHaveEachRowOnce_whereverTheyAreCut(
      @ForAll @Size(max = 20) List<@CharRange(from = 'a', to = 'z') String> texts,
      @ForAll @IntRange(min = 1, max = 5) int each,
      @ForAll @LongRange(min = 1, max = 400) long target)
      throws IOException {
    List<List<@Nullable Object>> rows = numbered(new ArrayList<>(texts));
    write(new RecordsSink(SCHEMA), rows, each);

    RecordsFormat format = new RecordsFormat(SCHEMA, Compression.AUTO);
    assertThat(read(format, parts(format, target), 1)).isEqualTo(rows);
  }

  @Property(tries = 300)
  void records_shouldRefuseAFileThatIsCutOffOrDamaged(
      @ForAll @LongRange(min = 0, max = 1L << 40) long where, @ForAll boolean isCut)
      throws IOException {
    write(new RecordsSink(SCHEMA), numbered(List.of("one", "two", "three")), 1);
    byte[] bytes = Files.readAllBytes(file);
    int at = (int) (where % bytes.length);
    if (isCut) {
      Files.write(file, Arrays.copyOf(bytes, at));
    } else {
      bytes[at] ^= 1;
      Files.write(file, bytes);
    }

    RecordsFormat format = new RecordsFormat(SCHEMA, Compression.AUTO);
    assertThatThrownBy(() -> read(format, parts(format, 1), 1))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot read " + file);
  }

  @Property
  void deal_shouldGiveEachPartToOneLane(
      @ForAll @Size(min = 1, max = 100) List<@LongRange(min = 0, max = 1000) Long> weights,
      @ForAll @IntRange(min = 1, max = 20) int most) {
    List<Lane.Sized> parts = new ArrayList<>();
    for (long weight : weights) {
      parts.add(new Lane.Sized(FilePart.whole("f" + parts.size()), weight, 0));
    }

    List<Lane> lanes = Lane.deal(parts, most);

    assertThat(lanes).hasSize(Math.min(most, weights.size()));
    assertThat(lanes.stream().flatMap(lane -> lane.parts().stream()))
        .containsExactlyInAnyOrderElementsOf(parts.stream().map(Lane.Sized::part).toList());
  }

  @Property
  void position_shouldTellPartAndPlaceInIt(
      @ForAll @IntRange(min = 0, max = 1 << 14) int part,
      @ForAll @LongRange(min = 0, max = FilePart.END - 1) long within) {
    long position = Lane.position(part, within);

    assertThat(Lane.part(position)).isEqualTo(part);
    assertThat(Lane.within(position)).isEqualTo(within);
  }
}
