// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a backfill makes, and makes again. */
class BackfillCommandTest extends Backfills {
  BackfillCommandTest(@TempDir Path folder) {
    super(folder);
  }

  @Test
  void backfill_shouldMakeAll_andNothingTheSecondTime() throws Exception {
    assertThat(backfill()).as(console.err()).isEqualTo(ExitCode.DONE);

    assertUnits("bronze", 2, 2, 0, 0);
    assertUnits("silver", 3, 3, 0, 0);
    assertUnits("gold", 2, 2, 0, 0);
    assertUnits("summary", 1, 1, 0, 0);
    assertThat(stage("bronze").required("rows_written").asLong()).isEqualTo(ROWS);
    assertThat(stage("silver").required("rows_written").asLong()).isEqualTo(ROWS);
    List<String> made = postgres.contents(TABLES);
    assertThat(made).anyMatch(row -> row.startsWith("gold_month_ranking"));
    assertThat(console.err()).contains("silver 2013-03: 1,488 read, 1,488 written");

    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    assertUnits("bronze", 2, 0, 2, 0);
    assertUnits("silver", 3, 0, 3, 0);
    assertUnits("gold", 2, 0, 2, 0);
    assertUnits("summary", 0, 0, 0, 0);

    postgres.execute("UPDATE bronze_measurement SET pm25 = '1' WHERE local_hour ^@ '2013-03-31'");
    assertThat(backfill("--dry-run")).isEqualTo(ExitCode.DONE);
    assertThat(plan("bronze")).containsExactly("run", "run");
    assertThat(backfill("--resume")).isEqualTo(ExitCode.DONE);
    assertUnits("silver", 3, 0, 3, 0);
    // The file is what it was, but its rows are not.
    assertThat(postgres.contents(TABLES)).isNotEqualTo(made);
    assertThat(backfill("--force=2013-04")).isEqualTo(ExitCode.DONE);
    assertUnits("bronze", 2, 2, 0, 0);
    assertThat(postgres.contents(TABLES)).isEqualTo(made);
  }

  @Test
  void backfill_shouldSummariseTheSame_inRanges() throws Exception {
    assertThat(backfill()).as(console.err()).isEqualTo(ExitCode.DONE);
    List<String> made = postgres.contents(TABLES);
    deliver();

    // Three days each, and 25 days a summary.
    assertThat(backfill("--window=150rows")).as(console.err()).isEqualTo(ExitCode.DONE);

    assertUnits("summary", 2, 2, 0, 0);
    assertThat(postgres.contents(TABLES)).isEqualTo(made);
    assertThat(unfinished()).isZero();
  }

  @Test
  void backfill_shouldMakeTheSummary_whenARunDiedBeforeIt() throws Exception {
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    List<String> made = postgres.contents(TABLES);
    // As a run that was killed when all windows were done, and one whose range was shorter.
    postgres.execute(
        "UPDATE millrace.unit SET state = 'planned' WHERE stage = 'summary'",
        "INSERT INTO millrace.unit (job, stage, part, state, run) VALUES"
            + " ('air quality in public', 'summary', '2013-03-01/2013-03-08', 'failed', 'x')",
        "TRUNCATE gold_month_ranking");

    assertThat(backfill()).isEqualTo(ExitCode.DONE);

    assertUnits("summary", 1, 1, 0, 0);
    assertThat(postgres.contents(TABLES)).isEqualTo(made);
    assertThat(unfinished()).isZero();
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    assertUnits("summary", 0, 0, 0, 0);
    assertThat(backfill("--resume", "--force=2013-03")).isEqualTo(ExitCode.DONE);
    assertUnits("gold", 2, 1, 1, 0);
    assertUnits("summary", 1, 1, 0, 0);
  }

  @Test
  void hourly_shouldMakeTheNewestDays() throws Exception {
    console = new TestConsole();
    int code =
        console.run(
            "hourly",
            "--target=" + postgres.jdbcUrl(),
            "--data=" + data,
            "--until=2013-04-05T13",
            "--json");

    assertThat(code).as(console.err()).isEqualTo(ExitCode.DONE);
    assertUnits("bronze", 2, 2, 0, 0);
    assertUnits("silver", 4, 4, 0, 0);
    assertThat(
            postgres.query(
                "SELECT DISTINCT day::text FROM gold_station_day ORDER BY 1",
                row -> row.getString(1)))
        .containsExactly("2013-04-03", "2013-04-04", "2013-04-05");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--to=2013-02-01 | Invalid --to: 2013-02-01 (must not be before --from=2013-03-01)",
        "--to=soon | Invalid --to: soon (must be a day, as in 2013-03-01)",
        "--window=year | Invalid --window: year (must be day, week, month, a number of rows",
        "--isolate=thread | Invalid --isolate: thread (must be none, window or stage)",
        "--concurrent=0 | Invalid --concurrent: 0 (must be a whole number from 1 to 64)",
        "--force=March | Invalid --force: March (must be as in 2013-03, 2013-03-01 or",
        "--jvm=-Xmx1g | Invalid --jvm: -Xmx1g (must be left out without --isolate",
      })
  void backfill_shouldRefuseBadInput(String option, String sentence) {
    assertThat(backfill(option)).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains(sentence);
  }

  private List<String> plan(String stage) throws IOException {
    List<String> actions = new ArrayList<>();
    for (JsonNode unit : console.json().required("plan")) {
      if (unit.required("stage").asText().equals(stage)) {
        actions.add(unit.required("action").asText());
      }
    }
    return actions;
  }
}
