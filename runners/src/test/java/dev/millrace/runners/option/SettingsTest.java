// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.ByteSize;
import dev.millrace.runners.ProbeCommand;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {

  private Path folder;

  @BeforeEach
  void enter(@TempDir Path empty) {
    folder = empty;
  }

  @Test
  void options_shouldComeFromFlagThenEnvironmentThenFileThenDefault() throws Exception {
    file("runner: flink\nblock-size: 2MiB\nparallelism: 7\nprobe:\n  table: a\n");
    ProbeCommand probe =
        ProbeCommand.parse(
            console(Map.of("MILLRACE_BLOCK_SIZE", "4MiB", "MILLRACE_PARALLELISM", "5")),
            "probe",
            "--parallelism=3");

    CommonOptions common = probe.common();
    assertThat(common.parallelism).isEqualTo(3);
    assertThat(common.blockSize()).isEqualTo(ByteSize.ofMebibytes(4));
    assertThat(common.runner).isEqualTo(Target.FLINK);
    assertThat(common.verbose).isFalse();
    assertThat(probe.table).isEqualTo("a");
  }

  @Test
  void file_shouldGiveListsAndSwitches() throws Exception {
    file("verbose: true\nprobe: {table: a, key: [x, y]}\n");
    ProbeCommand probe = ProbeCommand.parse(console(Map.of()), "probe");

    assertThat(probe.key).containsExactly("x", "y");
    assertThat(probe.common().verbose).isTrue();
  }

  @Test
  void config_shouldNameAnotherFile() throws Exception {
    file("probe: {table: a}\n");
    Files.writeString(folder.resolve("other.yaml"), "probe: {table: b}\n");

    assertThat(ProbeCommand.parse(console(Map.of()), "probe", "--config=other.yaml").table)
        .isEqualTo("b");
    assertThat(ProbeCommand.parse(console(Map.of("MILLRACE_CONFIG", "other.yaml")), "probe").table)
        .isEqualTo("b");
  }

  private static final String ENVIRONMENTS =
      """
      parallelism: 2
      performance:
        batching: {block-size: 2MiB}
        table: shared
      probe: {key: [a]}
      environments:
        staging:
          parallelism: 3
        production:
          performance: {parallelism: 4, block-size: 8MiB}
          parallelism: 5
          probe: {table: large}
      """;

  @Test
  void environment_shouldGoBeforeWhatStandsBesideIt() throws Exception {
    file(ENVIRONMENTS);
    ProbeCommand none = ProbeCommand.parse(console(Map.of()), "probe");
    assertThat(none.common().parallelism).isEqualTo(2);
    assertThat(none.common().blockSize()).isEqualTo(ByteSize.ofMebibytes(2));
    assertThat(none.table).isEqualTo("shared");

    ProbeCommand staging =
        ProbeCommand.parse(console(Map.of("MILLRACE_ENVIRONMENT", "staging")), "probe");
    assertThat(staging.common().parallelism).isEqualTo(3);
    assertThat(staging.common().blockSize()).isEqualTo(ByteSize.ofMebibytes(2));

    ProbeCommand production =
        ProbeCommand.parse(console(Map.of()), "probe", "--environment=production");
    assertThat(production.common().parallelism).isEqualTo(5);
    assertThat(production.common().blockSize()).isEqualTo(ByteSize.ofMebibytes(8));
    assertThat(production.table).isEqualTo("large");
    assertThat(production.key).containsExactly("a");
  }

  @Test
  void environment_shouldBeRefused_whenItIsNotThere() throws Exception {
    assertThat(refused(Map.of(), "--environment=staging"))
        .isEqualTo("Invalid --environment: staging (must be left out: there is no millrace.yaml)");
    Path file = folder.resolve("millrace.yaml");
    file("parallelism: 2\n");
    assertThat(refused(Map.of(), "--environment=staging"))
        .isEqualTo(
            "Invalid --environment: staging (must be one under `environments:` of %s, which has none)"
                .formatted(file));
    file(ENVIRONMENTS);
    assertThat(refused(Map.of(), "--environment=prod"))
        .isEqualTo(
            "Invalid --environment: prod (must be one under `environments:` of %s: production, staging)"
                .formatted(file));
  }

  @Test
  void environment_shouldBeRefused_whenItHasAnUnknownKey() throws Exception {
    Path file = folder.resolve("millrace.yaml");
    file("environments:\n  production:\n    probe: {tabel: x}\n");
    assertThat(refused(Map.of()))
        .isEqualTo(
            "Invalid key of %s, line 3: probe.tabel (must be the name of an option; the nearest is probe.table)"
                .formatted(file));
    file("performance:\n  cacheing: {block-size: 1MiB}\n");
    assertThat(refused(Map.of()))
        .startsWith("Invalid key of %s, line 2: performance.cacheing".formatted(file));
    file("performance:\n  batching: {blocksize: 1MiB}\n");
    assertThat(refused(Map.of())).contains("line 2: blocksize", "the nearest is block-size");
    file("environments: production\n");
    assertThat(refused(Map.of())).startsWith("Invalid value in " + file + ", line 1: environments");
    file("environment: production\n");
    assertThat(refused(Map.of())).startsWith("Invalid key of " + file + ", line 1: environment");
  }

  @Test
  void explain_shouldTellEachValueAndWhereItStands() throws Exception {
    file("parallelism: 7\nsync:\n  source: jdbc:postgresql://db/x?user=u&password=canary\n");
    TestConsole console = console(Map.of("MILLRACE_BLOCK_SIZE", "4MiB"));

    assertThat(console.run("config", "explain")).isEqualTo(ExitCode.DONE);
    assertThat(console.out().lines().map(line -> line.replaceAll(" +", " ")))
        .containsExactly(
            "block-size 4MiB MILLRACE_BLOCK_SIZE",
            "history none MILLRACE_HISTORY",
            "parallelism 7 %s, line 1".formatted(folder.resolve("millrace.yaml")),
            "sync.source jdbc:postgresql://db/x?user=u&password=*** %s, line 3"
                .formatted(folder.resolve("millrace.yaml")));

    TestConsole ofOne = console(Map.of());
    assertThat(ofOne.run("config", "explain", "sync", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(ofOne.json().required("options"))
        .anySatisfy(
            option -> {
              assertThat(option.required("option").asText()).isEqualTo("sync.on-drift");
              assertThat(option.required("value").asText()).isEqualTo("fail");
              assertThat(option.required("from").asText()).isEqualTo("default");
            })
        .anySatisfy(
            option -> {
              assertThat(option.required("option").asText()).isEqualTo("sync.table");
              assertThat(option.required("from").asText()).isEqualTo("nowhere, and required");
            });
    assertThat(ofOne.out()).doesNotContain("canary");

    TestConsole wrong = console(Map.of());
    assertThat(wrong.run("config", "explain", "snyc")).isEqualTo(ExitCode.USAGE);
    assertThat(wrong.err())
        .isEqualToIgnoringNewLines(
            "Invalid command: snyc (must be one that `millrace --help` lists; the nearest is sync)");
  }

  @Test
  void run_shouldRefuseAnUnknownKeyOfTheFile() throws Exception {
    file("paralelism: 2\n");
    assertThat(refused(Map.of()))
        .isEqualTo(
            "Invalid key of %s, line 1: paralelism (must be the name of an option; the nearest is parallelism)"
                .formatted(folder.resolve("millrace.yaml")));

    file("probe: {tabel: x}\n");
    assertThat(refused(Map.of())).endsWith("the nearest is probe.table)");

    file("table: x\n");
    assertThat(refused(Map.of())).contains("Invalid key").contains("table");
  }

  @Test
  void run_shouldRefuseAnUnknownVariable() {
    assertThat(refused(Map.of("MILLRACE_PARALELISM", "2")))
        .isEqualTo(
            "Invalid environment variable: MILLRACE_PARALELISM (must be named after an option;"
                + " the nearest is MILLRACE_PARALLELISM)");
  }

  @ParameterizedTest
  @MethodSource("variablesOfTheManual")
  void run_shouldAcceptWhatTheManualNames(String variable) {
    TestConsole console = console(Map.of(variable, "x"));

    assertThat(console.run("--version")).as(console.err()).isEqualTo(ExitCode.DONE);
  }

  static Stream<String> variablesOfTheManual() throws IOException {
    StringBuilder manual = new StringBuilder(Files.readString(Path.of("..", "README.md")));
    try (DirectoryStream<Path> pages =
        Files.newDirectoryStream(Path.of("..", "src", "site", "markdown"))) {
      for (Path page : pages) {
        manual.append(Files.readString(page));
      }
    }
    return Pattern.compile("\\bMILLRACE_[A-Z_]*[A-Z]\\b")
        .matcher(manual)
        .results()
        .map(MatchResult::group)
        .filter(variable -> !Set.of("MILLRACE_CONFIG", "MILLRACE_ENVIRONMENT").contains(variable))
        .distinct();
  }

  @Test
  void run_shouldSayWhereABadValueStands() throws Exception {
    assertThat(refused(Map.of("MILLRACE_PARALLELISM", "many")))
        .isEqualTo(
            "Invalid --parallelism (from MILLRACE_PARALLELISM): many (must be a whole number from 1"
                + " to 1024)");

    file("runner: spark\n");
    assertThat(refused(Map.of()))
        .isEqualTo(
            "Invalid --runner (from %s, line 1): spark (must be direct, flink or flink://HOST:PORT)"
                .formatted(folder.resolve("millrace.yaml")));
  }

  @Test
  void run_shouldRefuseAFileThatIsNoConfiguration() throws Exception {
    Path file = folder.resolve("millrace.yaml");
    file("a: b: c\n");
    assertThat(refused(Map.of())).startsWith("Cannot read " + file + ": line 1: ");

    file("runner: direct\nrunner: flink\n");
    assertThat(refused(Map.of()))
        .isEqualTo("Cannot read " + file + ": line 2: runner is there twice");

    file("runner: &a {b: *a}\n");
    assertThat(refused(Map.of())).startsWith("Invalid value in " + file);

    file("runner: !!javax.script.ScriptEngineManager []\n");
    assertThat(refused(Map.of())).startsWith("Invalid --runner (from " + file);

    file("probe: {key: [[1]]}\n");
    assertThat(refused(Map.of()))
        .startsWith("Invalid value in " + file + ", line 1: probe.key (must be a word");

    file("- runner\n");
    assertThat(refused(Map.of())).startsWith("Invalid value in " + file);

    file("");
    assertThat(refused(Map.of())).isEqualTo("Cannot probe: --table is missing");

    assertThat(refused(Map.of(), "--config=none.yaml"))
        .isEqualTo("Cannot read " + folder.resolve("none.yaml") + ": there is no such file");
  }

  private String refused(Map<String, String> environment, String... flags) {
    TestConsole console = console(environment);
    String[] args = new String[flags.length + 1];
    args[0] = "probe";
    System.arraycopy(flags, 0, args, 1, flags.length);
    int code = ProbeCommand.run(console, run -> Outcome.of(Counts.NONE), args);
    assertThat(code).isEqualTo(ExitCode.USAGE);
    return console.err().strip();
  }

  private TestConsole console(Map<String, String> environment) {
    return new TestConsole(folder, environment);
  }

  private void file(String yaml) throws IOException {
    Files.writeString(folder.resolve("millrace.yaml"), yaml);
  }
}
