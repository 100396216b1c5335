// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Work;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class MillraceTest {

  private final TestConsole console = new TestConsole();

  @Test
  void help_shouldListTheCommands() {
    assertThat(console.run("--help")).isEqualTo(ExitCode.DONE);

    assertThat(console.out()).startsWith("Usage: millrace").contains("MILLRACE_SOURCE_PASSWORD");
    assertThat(console.err()).isEmpty();
  }

  @Test
  void version_shouldBeTheOneThatWasBuilt() {
    assertThat(console.run("--version")).isEqualTo(ExitCode.DONE);

    assertThat(console.out()).matches("millrace \\d+\\.\\d+.*\\R");
  }

  @Test
  void run_shouldShowTheUsage_whenNoCommandIsNamed() {
    assertThat(console.run()).isEqualTo(ExitCode.USAGE);

    assertThat(console.out()).isEmpty();
    assertThat(console.err()).startsWith("Usage: millrace");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "probee                             | Invalid command: probee (must be one of *probe*; the nearest is probe)",
        "--jsn                              | Invalid option: --jsn (must be one that `millrace --help` lists)",
        "probe --tabel=t                    | Invalid option: --tabel (must be one that `millrace probe --help` lists; the nearest is --table)",
        "probe                              | Cannot probe: --table is missing",
        "probe --table                      | Cannot probe: --table needs a value",
        "probe --table=t --table=u          | Cannot probe: --table is given twice",
        "probe --table=t more               | Invalid argument: more (must be an option, as in --json)",
        "probe --table=t --json=maybe       | Invalid --json: maybe (must be true or false)",
        "probe --table=t --runner=spark     | Invalid --runner: spark (must be direct, flink or flink://HOST:PORT)",
        "probe --table=t --parallelism=0    | Invalid --parallelism: 0 (must be a whole number from 1 to 1024)",
        "probe --table=t --parallelism=9999 | Invalid --parallelism: 9999 (must be a whole number from 1 to 1024)",
        "probe --table=t --block-size=1MB   | Invalid --block-size: 1MB (must be from 64KiB to 512MiB, as in 1MiB)",
        "probe --table=t --profile=huge     | Invalid --profile: huge (must be etl, analytics, image, ml or constrained)",
        "probe --table=t --block-size=1B    | Invalid --block-size: 1B (must be from 64KiB to 512MiB, as in 1MiB)",
      })
  void run_shouldRefuseWrongUsageInOneSentence(String arguments, String sentence) {
    int code = ProbeCommand.run(console, run -> Outcome.of(Counts.NONE), arguments.split(" +"));

    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).matches(wildcard(sentence) + "\\R");
    assertThat(console.out()).isEmpty();
  }

  @Test
  void run_shouldEndWithTheSummary_whenJsonIsAsked() throws Exception {
    Outcome outcome =
        new Outcome(
            new Counts(10L, 8L, 2L, 1L, 4096L),
            List.of("a report"),
            Map.of("probes", 3),
            ExitCode.REJECTS);

    int code = ProbeCommand.run(console, run -> outcome, "probe", "--table=t", "--json");

    assertThat(code).isEqualTo(ExitCode.REJECTS);
    JsonNode summary = lastLine();
    assertThat(summary.fieldNames())
        .toIterable()
        .containsExactly(
            "command",
            "status",
            "run_id",
            "runner",
            "rows_read",
            "rows_written",
            "rows_rejected",
            "blocks",
            "bytes",
            "seconds",
            "rows_per_second",
            "peak_rss_bytes",
            "attempts",
            "source_checksum",
            "target_checksum",
            "cursor_low",
            "cursor_high",
            "database",
            "stages",
            "bottleneck",
            "memory",
            "probes");
    assertThat(summary.get("command").asText()).isEqualTo("probe");
    assertThat(summary.get("status").asText()).isEqualTo("done");
    assertThat(summary.get("runner").asText()).isEqualTo("direct");
    assertThat(summary.get("rows_read").asLong()).isEqualTo(10);
    assertThat(summary.get("rows_rejected").asLong()).isEqualTo(2);
    assertThat(summary.get("attempts").asInt()).isEqualTo(1);
    assertThat(summary.get("source_checksum").isNull()).isTrue();
  }

  @Test
  void run_shouldEndWithATable_otherwise() {
    Outcome outcome =
        new Outcome(
            new Counts(1_000_000L, 1_000_000L, 0L, 95L, 99_000_000L),
            List.of("a report"),
            Map.of(),
            ExitCode.DONE);

    assertThat(ProbeCommand.run(console, run -> outcome, "probe", "--table=t"))
        .isEqualTo(ExitCode.DONE);

    assertThat(console.out().lines())
        .startsWith("a report")
        .contains("  read              1,000,000 rows", "  blocks                   95");
  }

  @Test
  void run_shouldTellAFailureOnce() throws Exception {
    Work failing =
        run -> {
          throw new IllegalStateException("Cannot write public.t: the disk is full");
        };

    int code = ProbeCommand.run(console, failing, "probe", "--table=t", "--json");

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(console.err()).isEqualToIgnoringNewLines("Cannot write public.t: the disk is full");
    assertThat(lastLine().get("status").asText()).isEqualTo("failed");
    assertThat(lastLine().get("error").asText())
        .isEqualTo("Cannot write public.t: the disk is full");
    assertThat(lastLine().get("rows_written").isNull()).isTrue();
  }

  @Test
  void run_shouldShowTheStackTrace_onlyWhenVerbose() {
    Work failing =
        run -> {
          throw new IllegalStateException("Cannot write t: broken, password=hush");
        };

    ProbeCommand.run(console, failing, "probe", "--table=t", "--verbose");

    assertThat(console.err()).contains("\tat dev.millrace").doesNotContain("hush");
  }

  @Test
  void run_shouldGiveTheSummaryOfARefusal_whenJsonIsAsked() throws Exception {
    int code = ProbeCommand.run(console, run -> Outcome.of(Counts.NONE), "probe", "--json");

    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(lastLine().get("error").asText()).isEqualTo("Cannot probe: --table is missing");
    assertThat(lastLine().get("seconds").isNull()).isTrue();
  }

  @Test
  void run_shouldReportTheStop_whenItIsStopped() {
    Work stopped =
        run -> {
          run.stop().request();
          throw new InterruptedException();
        };

    assertThat(ProbeCommand.run(console, stopped, "probe", "--table=t"))
        .isEqualTo(ExitCode.STOPPED);
    assertThat(console.err())
        .isEqualToIgnoringNewLines("Cannot finish probe: it was stopped by a signal");
  }

  @Test
  void logs_shouldBeOursAndWarnings_unlessAskedOtherwise() {
    assertThat(logged()).isEqualToIgnoringNewLines("warning: our warningerror: our error");
    assertThat(logged("--quiet")).isEqualToIgnoringNewLines("error: our error");
    assertThat(logged("--verbose"))
        .contains("our debug", "our warning", "their info")
        .doesNotContain("their debug");
  }

  private static String logged(String... flags) {
    TestConsole console = new TestConsole();
    Work chatty =
        run -> {
          Logger ours = LoggerFactory.getLogger("dev.millrace.Ours");
          Logger theirs = LoggerFactory.getLogger("org.example.Theirs");
          ours.debug("our debug");
          theirs.debug("their debug");
          theirs.info("their info");
          ours.warn("our {}", "warning");
          ours.error("our error");
          return Outcome.of(Counts.NONE);
        };
    String[] args = new String[flags.length + 2];
    args[0] = "probe";
    args[1] = "--table=t";
    System.arraycopy(flags, 0, args, 2, flags.length);
    ProbeCommand.run(console, chatty, args);
    return console.err();
  }

  private JsonNode lastLine() throws Exception {
    List<String> lines = console.out().lines().toList();
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }

  private static String wildcard(String sentence) {
    StringBuilder regex = new StringBuilder();
    for (String part : sentence.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
    }
    return regex.toString();
  }
}
