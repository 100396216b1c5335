// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Blocks;
import dev.millrace.block.Column;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Lookups in a query, and by a function. */
class LookupOriginsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final BlockSchema VISIT =
      BlockSchema.of(Column.of("id", BlockType.INT32), Column.of("city", BlockType.TEXT));
  private static final BlockSchema CITY = BlockSchema.of(Column.of("city", BlockType.TEXT));
  private static final BlockSchema FOUND =
      BlockSchema.of(Column.of("people", BlockType.INT64), Column.of("note", BlockType.TEXT));

  private static final AtomicInteger ASKED = new AtomicInteger();
  private static final AtomicInteger KEYS = new AtomicInteger();

  private final ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());

  @BeforeAll
  static void create() throws SQLException {
    POSTGRES.execute(
        "CREATE TABLE visitor (city text, born date)",
        "INSERT INTO visitor SELECT 'city ' || i % 50, date '1990-01-01' + i"
            + " FROM generate_series(1, 1000) i");
  }

  /** Of 400 visits, in turn to 60 cities and to none. */
  private static List<Row> visits() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      rows.add(
          Row.withSchema(VISIT.toBeam())
              .addValues(i, i % 61 == 60 ? null : "city " + i % 61)
              .build());
    }
    return rows;
  }

  private static PCollection<Row> enriched(Pipeline pipeline, CachedLookup lookup) {
    return pipeline
        .apply(Create.of(visits()).withRowSchema(VISIT.toBeam()))
        .apply(Blocks.fromRows())
        .apply(lookup)
        .apply(Blocks.toRows());
  }

  @Test
  void inQuery_shouldFindWhatTheQueryGives() {
    CachedLookup lookup =
        CachedLookup.inQuery(
                spec,
                "oldest",
                "SELECT city, min(born) AS oldest, count(*) AS n FROM visitor GROUP BY city -- all")
            .key("city");
    TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PAssert.that(enriched(pipeline, lookup))
        .satisfies(
            rows -> {
              int found = 0;
              for (Row row : rows) {
                String city = row.getString("city");
                boolean known = city != null && Integer.parseInt(city.substring(5)) < 50;
                assertThat(row.getInt64("n")).isEqualTo(known ? 20L : null);
                found++;
              }
              assertThat(found).isEqualTo(400);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void inQuery_shouldSayWhatIsWrongWithIt() {
    Pipeline pipeline = Pipeline.create();
    assertThatThrownBy(
            () -> enriched(pipeline, CachedLookup.inQuery(spec, "oldest", "SELECT 1 AS city")))
        .hasMessageStartingWith("Cannot look up in oldest: it has no primary key");
    assertThatThrownBy(
            () -> enriched(pipeline, CachedLookup.inQuery(spec, "oldest", "SELEC 1").key("city")))
        .hasMessageStartingWith("Cannot look up in oldest: ERROR: syntax error");
  }

  /** Knows of every other city how many live there. */
  private static Map<Row, Row> ask(List<Row> keys) {
    ASKED.incrementAndGet();
    KEYS.addAndGet(keys.size());
    Map<Row, Row> found = new HashMap<>();
    for (Row key : keys) {
      long number = Long.parseLong(key.getString("city").substring(5));
      if (number % 2 == 0) {
        found.put(key, Row.withSchema(FOUND.toBeam()).addValues(number * 1000, null).build());
      }
    }
    return found;
  }

  @Test
  void by_shouldAskTheFunctionForManyKeysAtOnce() {
    int asked = ASKED.get();
    int keys = KEYS.get();
    CachedLookup lookup = CachedLookup.by("people", "1", CITY, FOUND, LookupOriginsTest::ask);
    TestPipeline pipeline = TestPipeline.create().enableAbandonedNodeEnforcement(false);
    PAssert.that(enriched(pipeline, lookup.columns("people").prefixed("city_")))
        .satisfies(
            rows -> {
              for (Row row : rows) {
                String city = row.getString("city");
                long number = city == null ? 1 : Long.parseLong(city.substring(5));
                assertThat(row.getInt64("city_people"))
                    .isEqualTo(number % 2 == 0 ? number * 1000 : null);
                assertThat(row.getSchema().getFieldNames())
                    .containsExactly("id", "city", "city_people");
              }
              return null;
            });
    pipeline.run().waitUntilFinish();
    assertThat(KEYS.get() - keys).isEqualTo(60);
    assertThat(ASKED.get() - asked).isLessThan(60);
  }

  @Test
  void by_shouldRefuseWhatIsForTables_andOtherTypes() {
    Pipeline pipeline = Pipeline.create();
    CachedLookup lookup = CachedLookup.by("people", "1", CITY, FOUND, LookupOriginsTest::ask);
    assertThatThrownBy(() -> enriched(pipeline, lookup.where("true")))
        .hasMessage(
            "Cannot look up by people: a key, where, asOf and checkedBy are for tables and queries");
    assertThatThrownBy(() -> enriched(pipeline, lookup.on("id")))
        .hasMessageStartingWith("Invalid key column: id of ");
    BlockSchema yes = BlockSchema.of(Column.of("yes", BlockType.BOOL));
    assertThatThrownBy(() -> CachedLookup.by("people", "1", yes, FOUND, LookupOriginsTest::ask))
        .hasMessageStartingWith("Invalid key column: yes of ");
  }
}
