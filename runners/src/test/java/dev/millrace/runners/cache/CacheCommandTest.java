// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.cache.CacheSettings;
import dev.millrace.cache.CachedLookup;
import dev.millrace.cache.result.ContentKey;
import dev.millrace.cache.result.Fingerprint;
import dev.millrace.cache.result.ResultStore;
import dev.millrace.cache.result.StageResult;
import dev.millrace.cache.result.TableResult;
import dev.millrace.cache.result.TableResults;
import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalRedis;
import dev.millrace.read.ReadTable;
import dev.millrace.runners.TestConsole;
import dev.millrace.testing.PostgresExtension;
import dev.millrace.write.WriteTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheCommandTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final BlockSchema SCHEMA = BlockSchema.of(Column.of("id", BlockType.INT64));

  @SuppressWarnings("NullAway.Init")
  // The direct runner may close the cache after the end: nothing is deleted under it.
  @TempDir(cleanup = CleanupMode.NEVER)
  Path folder;

  private TestConsole console = new TestConsole();

  @BeforeEach
  void create() throws Exception {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS station, visit, seen",
        "CREATE TABLE station (id int PRIMARY KEY, name text NOT NULL)",
        "INSERT INTO station SELECT i, 'S' || i FROM generate_series(1, 20000) i",
        "CREATE TABLE visit (visit int PRIMARY KEY, id int)",
        "INSERT INTO visit SELECT i, i FROM generate_series(1, 20000) i",
        "CREATE TABLE seen (visit int, id int, name text)");
  }

  private int cache(String... arguments) {
    console = new TestConsole();
    String[] all = new String[arguments.length + 1];
    all[0] = "cache";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return console.run(all);
  }

  private String disk() {
    return "--disk=" + folder.resolve("disk");
  }

  private String results() {
    return "--results=" + folder.resolve("results");
  }

  private int warm(String place) {
    return cache("warm", "--source=" + POSTGRES.jdbcUrl(), "--table=station", "--keep=24h", place);
  }

  @Test
  void warm_shouldHaveEveryKeyOnDisk_forALookupOfAnotherProcess() throws Exception {
    assertThat(warm(disk())).as(console.err()).isZero();
    assertThat(console.out())
        .contains("20,000 keys of station are kept, and may be served for 24 h");

    assertThat(cache("stats", disk(), "--json")).as(console.err()).isZero();
    assertThat(console.json().at("/caches/0/cache").asText()).isEqualTo("station");
    assertThat(console.json().at("/caches/0/entries").asLong()).isEqualTo(20_000);

    // What is found can only come from the disk.
    POSTGRES.execute("UPDATE station SET name = 'changed'");
    look();
    assertThat(POSTGRES.value("SELECT count(*) FROM seen WHERE name = 'S' || id", Long.class))
        .isEqualTo(20_000);
  }

  private void look() {
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    CacheSettings settings =
        CacheSettings.DEFAULT
            .withTimeToLive(Duration.ofHours(24), Duration.ofHours(24))
            .withDisk(DiskSettings.of(folder.resolve("disk").toString()));
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(ReadTable.from(spec, "visit"))
        .apply(CachedLookup.in(spec, "station").cached(settings))
        .apply(WriteTable.into(spec, "seen"));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void clear_shouldForgetEntries_onDiskAndInRedis() throws Exception {
    try (LocalRedis redis = LocalRedis.start(LocalRedis.Settings.DEFAULT)) {
      String place = "--redis=" + redis.url();
      assertThat(warm(place)).as(console.err()).isZero();
      assertThat(warm(disk())).as(console.err()).isZero();

      assertThat(cache("list", place, disk())).as(console.err()).isZero();
      assertThat(console.out())
          .contains("station in redis: 20,000 entries")
          .contains("station in disk: 20,000 entries, ");
      assertThat(cache("clear", place, disk(), "--dry-run")).isZero();
      assertThat(console.out()).contains("Would be forgotten: station in redis: 20,000 entries");
      assertThat(cache("clear", place, disk(), "--cache=other")).isZero();
      assertThat(console.out()).contains("There is nothing to be forgotten.");
      assertThat(cache("invalidate", place, disk(), "--table=station")).isZero();
      assertThat(console.out())
          .contains("Forgotten: station in redis: 20,000 entries")
          .contains("Forgotten: station in disk: 20,000 entries");
      assertThat(cache("stats", place, disk(), "--json")).isZero();
      assertThat(console.json().at("/caches").findValuesAsText("entries")).containsOnly("0");
    }
  }

  /** Two results of a stage, of two tables, and one of another. */
  private void keep() {
    Pipeline pipeline = Pipeline.create();
    ResultStore store = ResultStore.in(folder.resolve("results").toString());
    for (String stage : new String[] {"silver", "gold"}) {
      for (String table : new String[] {"bronze", "stations"}) {
        ContentKey key = ContentKey.of(stage).input(table, "17");
        pipeline.apply(
            stage + table,
            StageResult.of(key, SCHEMA, new Nothing()).in(store).tagged(table + "!"));
      }
    }
    pipeline.run().waitUntilFinish();
  }

  private static final class Nothing extends PTransform<PBegin, PCollection<Block>> {
    @Override
    public PCollection<Block> expand(PBegin begin) {
      return begin.apply(Create.empty(BlockCoder.of(SCHEMA)));
    }
  }

  private int listed() throws Exception {
    assertThat(cache("list", results(), "--json")).as(console.err()).isZero();
    return console.json().get("results").size();
  }

  @ParameterizedTest
  @CsvSource({
    "--table=bronze, 2",
    "--tag=stations!, 2",
    "--cache=gold, 2",
    "--older-than=1d, 4",
    "--older-than=0ms, 0",
    "--key=x, 4"
  })
  void invalidate_shouldForgetWhatIsChosen(String choice, int left) throws Exception {
    keep();
    assertThat(listed()).isEqualTo(4);
    if (choice.endsWith("=0ms")) {
      Thread.sleep(2);
    }
    assertThat(cache("invalidate", results(), choice, "--dry-run")).isZero();
    assertThat(listed()).isEqualTo(4);
    assertThat(cache("invalidate", results(), choice)).as(console.err()).isZero();
    assertThat(listed()).isEqualTo(left);
  }

  @Test
  void list_shouldShowTheKey_thatInvalidateTakes() throws Exception {
    keep();
    assertThat(cache("list", results())).isZero();
    String line =
        console.out().lines().filter(l -> l.startsWith("gold ")).findFirst().orElseThrow();
    assertThat(line)
        .matches("gold [0-9a-f]{12}, made .*Z: 0 rows, 0B, about .* s to make, tags .*!");
    assertThat(cache("invalidate", results(), "--key=" + line.substring(5, 17))).isZero();
    assertThat(listed()).isEqualTo(3);

    assertThat(cache("stats", results())).isZero();
    assertThat(console.out()).contains("gold: 1 results, 0 rows").contains("silver: 2 results");
    assertThat(cache("clear", results())).isZero();
    assertThat(listed()).isZero();
  }

  @Test
  void invalidate_shouldForgetWhatStandsInTables() throws Exception {
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    POSTGRES.execute("DROP SCHEMA IF EXISTS millrace CASCADE");
    String target = "--target=" + POSTGRES.jdbcUrl();
    assertThat(cache("list", target)).as(console.err()).isZero();
    assertThat(console.out()).contains("There is nothing.");

    TableResults results = TableResults.in(spec);
    results.prepare();
    String key = ContentKey.of("silver").hash();
    results.keep(
        "silver",
        List.of("public.bronze"),
        List.of(
            new TableResult.Made("2014-03", key, Fingerprint.EMPTY, 700, 2.5),
            new TableResult.Made("2014-04", key, Fingerprint.EMPTY, 800, 1.5)));
    assertThat(cache("list", target)).isZero();
    assertThat(console.out())
        .contains("silver 2014-03 " + key.substring(0, 12))
        .contains(": 700 rows, about 2.5 s to make, tags public.bronze");
    assertThat(cache("stats", target)).isZero();
    assertThat(console.out()).contains("silver: 2 results, 1,500 rows, about 4.0 s to make");
    assertThat(cache("invalidate", target, "--table=public.other")).isZero();
    assertThat(results.list()).hasSize(2);
    assertThat(cache("invalidate", target, "--table=public.bronze")).isZero();
    assertThat(results.list()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lst --disk=x | Invalid action: lst (must be list, stats, warm, invalidate or clear)",
        "list | Cannot list: no place is named; name one with --results, --target, --disk or --redis",
        "invalidate --disk=x | Cannot invalidate: nothing is chosen",
        "clear --results=x --tag=daily | Cannot clear by --key, --table, --tag or --older-than",
        "warm --disk=x | Cannot warm: name the table with --source and --table",
        "list --redis=http://x | Invalid URL of Redis",
        "list --disk=/nowhere | Invalid folder of caches: /nowhere (must exist)",
        "list --redis=redis://127.0.0.1:1 | Cannot look after the caches in Redis at redis://127.0.0.1:1: it does not answer",
      })
  void wrongUse_shouldBeSaidInASentence(String arguments, String sentence) {
    assertThat(cache(arguments.strip().split(" "))).isNotZero();
    assertThat(console.err()).contains(sentence);
  }
}
