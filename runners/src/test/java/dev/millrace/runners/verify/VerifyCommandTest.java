// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifyCommandTest {

  @RegisterExtension static final PostgresExtension source = new PostgresExtension();
  @RegisterExtension static final PostgresExtension target = new PostgresExtension();

  private static final String HARM =
      "delete from copy where id = 7;"
          + " insert into copy values (-3, 'new', null);"
          + " update copy set name = 'x' where id in (11, 400)";

  private TestConsole console = new TestConsole();

  @BeforeEach
  void create() throws Exception {
    String rows =
        " as select i as id, 'S' || i as name, timestamptz '2024-01-01Z' + i * interval '1 h' as at"
            + " from generate_series(1, 1000) i";
    source.execute(
        "drop table if exists station",
        "create table station" + rows,
        "alter table station add primary key (id)");
    target.execute(
        "drop table if exists copy",
        "create table copy" + rows,
        "alter table copy add primary key (id)");
  }

  @Test
  void verify_shouldExitWith0_whenTheRowsAreEqual() throws Exception {
    assertThat(verify()).as(console.err()).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("Equal.").contains("source           1,000 rows");
    assertThat(console.err()).contains("Comparing station with copy by ranges of id, about 1,000");

    assertThat(verify("--json")).isEqualTo(ExitCode.DONE);
    JsonNode summary = summary();
    assertThat(summary.get("command").asText()).isEqualTo("verify");
    assertThat(summary.get("status").asText()).isEqualTo("done");
    assertThat(summary.get("equal").asBoolean()).isTrue();
    assertThat(summary.get("source_rows").asLong()).isEqualTo(1000);
    assertThat(summary.get("target_rows").asLong()).isEqualTo(1000);
    assertThat(summary.get("source_checksum").asText())
        .hasSize(32)
        .isEqualTo(summary.get("target_checksum").asText());
    assertThat(summary.get("source_seconds").asDouble()).isPositive();
    assertThat(summary.get("target_seconds").asDouble()).isPositive();
    assertThat(summary.get("missing").asLong()).isZero();
    assertThat(summary.get("ranges_different").asLong()).isZero();
  }

  @Test
  void verify_shouldExitWith5_andNameWhatDiffers() throws Exception {
    target.execute(HARM);

    assertThat(verify()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(console.out())
        .contains("1 of 1 ranges differ:")
        .containsPattern("missing +1  id = 7\\R")
        .containsPattern("extra +1  id = -3\\R")
        .containsPattern("different +2  id = 11 \\[name]; 400 \\[name]\\R")
        .doesNotContain("not yet synced", "peak memory");

    assertThat(verify("--json", "--limit=1")).isEqualTo(ExitCode.DIFFERENT);
    JsonNode summary = summary();
    assertThat(summary.get("equal").asBoolean()).isFalse();
    assertThat(summary.get("different").asLong()).isEqualTo(2);
    assertThat(summary.get("different_keys")).hasSize(1);
    assertThat(summary.at("/different_keys/0/columns/0").asText()).isEqualTo("name");
    assertThat(summary.at("/missing_keys/0/0").asText()).isEqualTo("7");
    assertThat(summary.at("/extra_keys/0/0").asText()).isEqualTo("-3");
    assertThat(summary.get("not_yet_synced").asLong()).isZero();
    assertThat(summary.at("/different_ranges/0/source_rows").asLong()).isEqualTo(1000);
  }

  @Test
  void verify_shouldExitWith0_whenTheRestWasNotYetSynced() throws Exception {
    target.execute("delete from copy where id > 990");

    assertThat(verify("--cursor=at", "--synced-to=2024-02-11 07:00:00+00", "--json"))
        .isEqualTo(ExitCode.DONE);

    assertThat(summary().get("not_yet_synced").asLong()).isEqualTo(10);
    assertThat(summary().get("not_yet_synced_keys")).hasSize(10);
    assertThat(summary().get("missing").asLong()).isZero();
    assertThat(verify("--cursor=at", "--synced-to=2024-02-11 08:00:00+00"))
        .isEqualTo(ExitCode.DIFFERENT);
    assertThat(console.out()).containsPattern("missing +1  id = 991").contains("not yet synced");
  }

  @Test
  void verify_shouldTellTheWindowsThatDiffer() throws Exception {
    target.execute("delete from copy where id = 100");

    assertThat(verify("--cursor=at", "--by-window=month", "--json")).isEqualTo(ExitCode.DIFFERENT);

    assertThat(summary().get("ranges").asLong()).isEqualTo(2 + 1);
    assertThat(summary().at("/different_ranges/0/range").asText())
        .isEqualTo("[start .. 2024-02-01 00:00:00+00)");
    assertThat(verify("--cursor=at", "--by-window", "--json")).isEqualTo(ExitCode.DIFFERENT);
    assertThat(summary().get("ranges").asLong()).isEqualTo(42 + 1);
  }

  @Test
  void repair_shouldCopyAgain_andDeleteOnlyWhenAsked() throws Exception {
    target.execute(HARM);

    assertThat(verify("--repair", "--delete-extra", "--dry-run")).isEqualTo(ExitCode.DIFFERENT);
    assertThat(console.out())
        .contains("Would copy 3 rows again and delete 1. Nothing was written.");
    assertThat(verify("--repair")).isEqualTo(ExitCode.DIFFERENT);
    assertThat(console.out())
        .contains("Copied 3 rows again and deleted 0. Of what differed is left: extra 1");
    assertThat(verify("--repair", "--delete-extra", "--json")).isEqualTo(ExitCode.DONE);
    JsonNode summary = summary();
    assertThat(summary.get("rows_written").asLong()).isZero();
    assertThat(summary.get("rows_deleted").asLong()).isEqualTo(1);
    assertThat(summary.get("extra").asLong()).isEqualTo(1);
    assertThat(summary.at("/left/extra").asLong()).isZero();
    assertThat(summary.get("equal").asBoolean()).isTrue();
    assertThat(verify("--repair")).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).contains("Equal.").doesNotContain("Copied");
  }

  @Test
  void verify_shouldOnlySayHow_whenRunDry() throws Exception {
    target.execute(HARM);

    assertThat(verify("--dry-run")).isEqualTo(ExitCode.DONE);

    assertThat(console.out())
        .contains(
            "Would compare 3 columns of station, about 1,000 rows, with copy, by ranges of id.")
        .contains("Rows are told apart by id.");
  }

  @Test
  void verify_shouldNameRows_whenThereIsNoKey() throws Exception {
    source.execute("alter table station drop constraint station_pkey");
    target.execute("alter table copy drop constraint copy_pkey", HARM);

    assertThat(verify()).isEqualTo(ExitCode.DIFFERENT);

    assertThat(console.out())
        .contains("(7,S7,\"2024-01-01 07:00:00+00\")")
        .contains("No columns tell rows apart");
    assertThat(verify("--repair")).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains("Cannot repair public.copy: no columns tell its rows apart");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--table=nowhere                        | nowhere",
        "--into=nowhere                         | nowhere",
        "--columns=id,nam                       | nam",
        "--key=idd                              | idd",
        "--cursor=nope                          | nope",
        "--where=idd>1                          | idd",
        "--synced-to=5                          | --cursor",
        "--by-window=day                        | --cursor",
        "--by-window=week --cursor=at           | week",
        "--by-window=day --cursor=name          | name",
        "--delete-extra                         | --repair",
        "--limit=-1                             | --limit",
        "--repair --key=name                    | name",
      })
  void verify_shouldRefuseInOneSentence_whatDoesNotFit(String arguments, String named) {
    assertThat(verify(arguments.split(" +"))).as(console.err()).isEqualTo(ExitCode.USAGE);

    List<String> errors =
        console.err().lines().filter(line -> !line.startsWith("Comparing ")).toList();
    assertThat(errors).hasSize(1);
    assertThat(errors.get(0)).matches("(Cannot|Invalid) .*: .*").contains(named);
    assertThat(console.out()).isEmpty();
  }

  /** Runs verify on the two tables; arguments given override the usual ones. */
  private int verify(String... arguments) {
    console = new TestConsole();
    List<String> args = new ArrayList<>(List.of("verify"));
    List<String> given = List.of(arguments);
    for (String usual :
        List.of(
            "--source=" + source.jdbcUrl(),
            "--table=station",
            "--target=" + target.jdbcUrl(),
            "--into=copy")) {
      String name = usual.substring(0, usual.indexOf('=') + 1);
      if (given.stream().noneMatch(one -> one.startsWith(name))) {
        args.add(usual);
      }
    }
    args.addAll(given);
    return console.run(args.toArray(String[]::new));
  }

  private JsonNode summary() throws Exception {
    List<String> lines = console.out().lines().toList();
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }
}
