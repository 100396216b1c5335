// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Blocks;
import dev.millrace.block.Column;
import dev.millrace.block.Origin;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.file.ReadFiles;
import dev.millrace.file.WriteFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lookups in files. */
class LookupFilesTest {

  private static final BlockSchema VISIT =
      BlockSchema.of(Column.of("id", BlockType.INT64), Column.of("note", BlockType.TEXT));
  private static final BlockSchema STATION =
      BlockSchema.of(Column.of("id", BlockType.INT32), Column.of("city", BlockType.TEXT));

  @TempDir private Path folder = Path.of("");

  private Path csv(String... lines) throws IOException {
    Path file = folder.resolve("station.csv");
    Files.writeString(file, "id,city\n" + String.join("\n", lines) + "\n", UTF_8);
    return file;
  }

  private static CachedLookup lookup(Path file) {
    return CachedLookup.inFile("station", ReadFiles.csv(file.toString(), STATION)).key("id");
  }

  private static PCollection<Row> enriched(Pipeline pipeline, CachedLookup lookup) {
    List<Row> visits = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      visits.add(
          Row.withSchema(VISIT.toBeam()).addValues(i % 10 == 9 ? null : i % 10L, "v" + i).build());
    }
    return pipeline
        .apply(Create.of(visits).withRowSchema(VISIT.toBeam()))
        .apply(Blocks.fromRows())
        .apply(lookup)
        .apply(Blocks.toRows());
  }

  @ParameterizedTest
  @CsvSource({"DirectRunner, csv", "FlinkRunner, csv", "DirectRunner, parquet"})
  void inFile_shouldFindWhatTheFilesHave(String runner, String format) throws Exception {
    Path file = csv("0,Oslo", "2,Rome", "4,", "6,Bern", ",Nowhere");
    ReadFiles files = ReadFiles.csv(file.toString(), STATION);
    if (format.equals("parquet")) {
      Pipeline before = Pipeline.create();
      before.apply(files).apply(WriteFiles.parquet(folder.resolve("parquet").toString()));
      before.run().waitUntilFinish();
      files = ReadFiles.parquet(folder + "/parquet/*.parquet");
    }
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=" + runner).create());
    PAssert.that(enriched(pipeline, CachedLookup.inFile("station", files).key("id")))
        .satisfies(
            rows -> {
              int count = 0;
              for (Row row : rows) {
                Long id = row.getInt64("id");
                String city =
                    id == null ? null : Map.of(0L, "Oslo", 2L, "Rome", 6L, "Bern").get(id);
                assertThat(row.getString("city")).isEqualTo(city);
                count++;
              }
              assertThat(count).isEqualTo(200);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private static FileTable table(Path file, long most, AtomicLong clock) {
    return new FileTable(
        "station",
        ReadFiles.csv(file.toString(), STATION).contents(),
        KeyScope.of("test"),
        KeyForm.of(STATION.project(List.of("id"))),
        STATION.project(List.of("id")),
        STATION.project(List.of("city")),
        most,
        clock::get);
  }

  @Test
  void rows_shouldBeReadAgain_onceTheFileHasChanged_andNotBefore() throws Exception {
    AtomicLong clock = new AtomicLong();
    Path file = csv("1,Oslo");
    FileTable table = table(file, 10_000, clock);
    Map<CacheKey, byte[]> first = table.rows();
    assertThat(first).hasSize(1);

    csv("1,Oslo", "2,Rome");
    clock.addAndGet(FileTable.CHECK.toNanos() - 1);
    assertThat(table.rows()).isSameAs(first);
    clock.incrementAndGet();
    Map<CacheKey, byte[]> second = table.rows();
    assertThat(second).hasSize(2);

    // Of the same size, a second later.
    csv("1,Oslo", "3,Rome");
    Files.setLastModifiedTime(
        file,
        FileTime.from(Files.getLastModifiedTime(file).toInstant().plus(Duration.ofSeconds(1))));
    clock.addAndGet(FileTable.CHECK.toNanos());
    assertThat(table.rows().keySet()).isNotEqualTo(second.keySet());

    Map<CacheKey, byte[]> third = table.rows();
    clock.addAndGet(FileTable.CHECK.toNanos());
    assertThat(table.rows()).isSameAs(third);
    Files.delete(file);
    clock.addAndGet(FileTable.CHECK.toNanos());
    assertThatThrownBy(table::rows).hasMessage("Cannot read " + file + ": no file has such a name");
    table.close();
  }

  @Test
  void rows_shouldRefuseWhatIsTooLarge_orAmbiguous_orBad() throws Exception {
    AtomicLong clock = new AtomicLong();
    Path file = csv("1,Oslo", "2,Rome", "3,Bern");
    FileTable table = table(file, 400, clock);
    assertThatThrownBy(table::rows)
        .hasMessage(
            "Cannot look up in "
                + file
                + ": its rows take more than 400B, an eighth of the heap; give the JVM more, or"
                + " look up in a table");
    csv("1,Oslo", "1,Rome");
    assertThatThrownBy(table::rows)
        .hasMessage(
            "Cannot look up in "
                + file
                + ": there are several rows of id = 1; a key must be of one row");
    csv("1,Oslo", "x,Rome");
    assertThatThrownBy(table::rows).hasMessageStartingWith("Cannot read " + file + ": line 3 has");
    csv("1,Oslo", "2,Rome");
    assertThat(table.rows()).hasSize(2);
    table.close();
  }

  @Test
  void open_shouldShareWhatWasRead() throws Exception {
    Path file = csv("1,Oslo");
    BlockSchema key = STATION.project(List.of("id"));
    FileSource source =
        new FileSource(
            "station",
            ReadFiles.csv(file.toString(), STATION).contents(),
            key,
            STATION.project(List.of("city")));
    BlockBuilder builder = new BlockBuilder(key);
    builder.column(0).appendInt(1);
    Block block = builder.build(Origin.NONE);
    try (LookupSource.Opened one = source.open();
        LookupSource.Opened other = source.open()) {
      assertThat(one.load(block, new int[] {0}, new int[] {0})[0]).isNotNull();
      Files.delete(file);
      assertThat(other.load(block, new int[] {0}, new int[] {0})[0]).isNotNull();
    }
    try (LookupSource.Opened anew = source.open()) {
      assertThatThrownBy(() -> anew.load(block, new int[] {0}, new int[] {0}))
          .hasMessageContaining("no file has such a name");
    }
  }

  @Test
  void inFile_shouldRefuseWhatCannotBe() throws Exception {
    Pipeline pipeline = Pipeline.create();
    Path file = csv("1,Oslo");
    ReadFiles files = ReadFiles.csv(file.toString(), STATION);
    assertThatThrownBy(() -> enriched(pipeline, CachedLookup.inFile("station", files)))
        .hasMessage(
            "Cannot look up in the files of station: they have no key of their own; name its"
                + " columns");
    assertThatThrownBy(() -> enriched(pipeline, lookup(file).where("true")))
        .hasMessageStartingWith("Cannot look up in the files of station: they are held whole");
    assertThatThrownBy(() -> enriched(pipeline, lookup(file).cached(CacheSettings.DEFAULT)))
        .hasMessageStartingWith("Cannot look up in the files of station: they are held whole");
    assertThatThrownBy(() -> enriched(pipeline, lookup(file).on("note")))
        .hasMessageStartingWith("Invalid key column: note of ");
    assertThatThrownBy(() -> enriched(pipeline, lookup(file).key("id", "city").on("id", "note")))
        .hasMessageStartingWith("Cannot look up in " + file + ": it has no column beside its key");
  }
}
