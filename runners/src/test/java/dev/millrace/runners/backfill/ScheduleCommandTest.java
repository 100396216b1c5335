// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(240)
class ScheduleCommandTest {

  private static final ZoneId UTC = ZoneId.of("UTC");

  private final Path state;
  private TestConsole console = new TestConsole();

  ScheduleCommandTest(@TempDir Path state) {
    this.state = state;
  }

  private int schedule(String cron, List<String> options, String... command) {
    List<String> words = new ArrayList<>(List.of("schedule", "--cron=" + cron, "--json"));
    words.addAll(options);
    words.add("--");
    words.addAll(List.of(command));
    console = TestConsole.withState(state, Map.of());
    return console.run(words.toArray(String[]::new));
  }

  private void lastBegunAt(Instant time) throws IOException {
    try (Stream<Path> files = Files.list(state.resolve("millrace/schedule"))) {
      Files.writeString(files.findFirst().orElseThrow(), time.toString());
    }
  }

  @Test
  void schedule_shouldRunTheCommandAtItsTimes() throws Exception {
    assertThat(schedule("* * * * * *", List.of("--runs=2"), "--version"))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);

    assertThat(console.json().required("runs").asInt()).isEqualTo(2);
    assertThat(console.err()).containsPattern("The run of .* ended with exit code 0");
  }

  @Test
  void schedule_shouldGiveItsRunsTheirFlags() throws Exception {
    String flags = "--jvm=-Xmx32m  -XX:+UnknownFlag";
    assertThat(schedule("* * * * * *", List.of("--runs=1", flags), "--version"))
        .isEqualTo(ExitCode.FAILED);

    assertThat(console.err()).contains("Unrecognized VM option 'UnknownFlag'");
  }

  @Test
  void schedule_shouldTellThatARunFailed_andGoOn() throws Exception {
    assertThat(schedule("* * * * * *", List.of("--runs=2"), "history")).isEqualTo(ExitCode.FAILED);

    assertThat(console.json().required("runs_failed").asInt()).isEqualTo(2);
    assertThat(console.err()).contains("Cannot read the history");
  }

  @Test
  void schedule_shouldSayWhatItMissed_andRunOnceForAll() throws Exception {
    assertThat(schedule("* * * * * *", List.of("--runs=1"), "--version")).isEqualTo(ExitCode.DONE);
    lastBegunAt(Instant.now().minusSeconds(300));

    assertThat(schedule("* * * * * *", List.of("--runs=1"), "--version")).isEqualTo(ExitCode.DONE);

    assertThat(console.json().required("times_missed").asInt()).isGreaterThan(250);
    assertThat(console.err()).contains("times were missed, from ").contains("catching up: latest");
  }

  @Test
  void schedule_shouldRunForEachThatItMissed_whenAllAreWanted() throws Exception {
    assertThat(schedule("* * * * * *", List.of("--runs=1"), "--version")).isEqualTo(ExitCode.DONE);
    lastBegunAt(Instant.now().minusSeconds(30));

    assertThat(
            schedule(
                "* * * * * *",
                List.of("--runs=5", "--catch-up=all", "--concurrent=2"),
                "--version"))
        .isEqualTo(ExitCode.DONE);

    assertThat(console.json().required("runs").asInt()).isEqualTo(5);
  }

  @Test
  void schedule_shouldKeepNothing_whenItOnlyLooks() {
    assertThat(schedule("7 * * * *", List.of("--dry-run"), "history")).isEqualTo(ExitCode.DONE);

    assertThat(console.out()).contains("\"dry_run\":true");
    assertThat(state.resolve("millrace/schedule")).doesNotExist();
  }

  @Test
  void times_shouldKeepToTheirZone() {
    CronTimes two = CronTimes.parse("30 2 * * *", ZoneId.of("Europe/Berlin"));

    // On the 29th of March of 2026 there was no half past two.
    assertThat(two.after(Instant.parse("2026-03-28T12:00:00Z")).orElseThrow())
        .isEqualTo("2026-03-30T00:30:00Z");
    assertThat(
            CronTimes.parse("@hourly", UTC)
                .between(
                    Instant.parse("2026-01-01T00:00:00Z"),
                    Instant.parse("2026-01-01T05:00:00Z"),
                    3))
        .containsExactly(
            Instant.parse("2026-01-01T03:00:00Z"),
            Instant.parse("2026-01-01T04:00:00Z"),
            Instant.parse("2026-01-01T05:00:00Z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "often | --runs=1 | Invalid --cron: often (must be as in '7 * * * *' or @hourly",
        "61 * * * * | --runs=1 | Invalid --cron: 61 * * * *",
        "@hourly | --zone=Mars | Invalid --zone: Mars (must be a time zone",
        "@hourly | --catch-up=some | Invalid --catch-up: some (must be none, latest or all)",
      })
  void schedule_shouldRefuseBadInput(String cron, String option, String sentence) {
    assertThat(schedule(cron, List.of(option), "history")).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains(sentence);
  }
}
