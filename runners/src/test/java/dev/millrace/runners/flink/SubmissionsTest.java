// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.runners.ProbeCommand;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubmissionsTest {

  @TempDir
  @SuppressWarnings("NullAway.Init") // By JUnit.
  Path state;

  private Submissions submissions = Submissions.of(Map.of());

  @BeforeEach
  void open() {
    submissions = Submissions.of(Map.of("XDG_STATE_HOME", state.toString()));
  }

  private Submission job(String id, String copy, long millis) {
    return new Submission(
        id,
        "millrace-follow-" + id,
        copy,
        "jdbc:postgresql://db2/dwh",
        "127.0.0.1:1",
        List.of("sync", "--source=jdbc:postgresql://db1/shop?user=u&password=s3cr3t"),
        Map.of("MILLRACE_TARGET_USER", "writer"),
        List.of("source"),
        "1 begun 2026-11-21T00:00:00Z",
        "id bigint",
        state.resolve("checkpoints").resolve(id).toUri().toString(),
        "",
        0,
        millis);
  }

  @ParameterizedTest
  @CsvSource({
    "--source=jdbc:postgresql://h/d?user=u&password=p, --source=jdbc:postgresql://h/d?user=u",
    "--source=jdbc:postgresql://h/d?password=p&ssl=true, --source=jdbc:postgresql://h/d?ssl=true",
    "--source=jdbc:postgresql://h/d?password=p, --source=jdbc:postgresql://h/d",
    "--source=jdbc:postgresql://h/d?pass%77ord=p&user=u, --source=jdbc:postgresql://h/d?user=u",
    "--source=jdbc:postgresql://u:p@h/d, --source=jdbc:postgresql://h/d",
    "--where=password='x', --where=password='x'",
  })
  void withoutPassword_shouldLeaveTheRest(String word, String kept) {
    assertThat(Submission.withoutPassword(word)).isEqualTo(kept);
  }

  @Test
  void keep_shouldTakeThePlaceOfTheSameCopy_andHoldNoPassword() throws IOException {
    submissions.keep(job("aa", "orders", 1));
    submissions.keep(job("bb", "lines", 2));
    submissions.keep(job("cc", "orders", 3));

    assertThat(submissions.all()).extracting(Submission::id).containsExactly("cc", "bb");
    assertThat(submissions.find("bb").orElseThrow().environment())
        .isEqualTo(Map.of("MILLRACE_TARGET_USER", "writer"));
    assertThat(Files.readString(state.resolve("millrace/jobs/bb.json")))
        .contains("jdbc:postgresql://db1/shop?user=u")
        .doesNotContain("s3cr3t");
  }

  @Test
  void stopped_shouldNoteTheSavepoint() throws IOException {
    submissions.keep(job("aa", "orders", 1));

    assertThat(submissions.stopped("aa", "file:/s/1", Instant.ofEpochMilli(9))).isTrue();
    assertThat(submissions.stopped("bb", "file:/s/1", Instant.ofEpochMilli(9))).isFalse();
    assertThat(submissions.find("aa").orElseThrow().savepoint()).isEqualTo("file:/s/1");
    submissions.forget("aa");
    assertThat(submissions.all()).isEmpty();
  }

  @Test
  void all_shouldNameAFileThatIsNone() throws IOException {
    submissions.keep(job("aa", "orders", 1));
    Files.writeString(submissions.folder().resolve("bb.json"), "{");

    assertThatThrownBy(() -> submissions.all())
        .hasMessageStartingWith("Cannot read ")
        .hasMessageEndingWith("bb.json: it is no record of a job; move it away");
  }

  private void checkpoint(String name, boolean complete, long seconds) throws IOException {
    Path folder = Files.createDirectories(state.resolve("checkpoints/aa").resolve(name));
    if (complete) {
      Path metadata = Files.writeString(folder.resolve("_metadata"), "x");
      Files.setLastModifiedTime(metadata, FileTime.from(Instant.ofEpochSecond(seconds)));
    }
  }

  @Test
  void newest_shouldBeTheLastThatIsComplete() throws IOException {
    Submission job = job("aa", "orders", 1);
    assertThat(ResumePoint.newest(job, null)).isEmpty();

    checkpoint("chk-9", true, 90);
    checkpoint("chk-10", true, 100);
    checkpoint("chk-11", false, 110);
    checkpoint("shared", false, 120);
    assertThat(ResumePoint.newest(job, null).orElseThrow().path()).endsWith("/aa/chk-10/");
    assertThat(ResumePoint.newest(job.stopped("file:/s/1", 99_000), null).orElseThrow().path())
        .endsWith("/aa/chk-10/");
    assertThat(ResumePoint.newest(job.stopped("file:/s/1", 101_000), null).orElseThrow().path())
        .isEqualTo("file:/s/1");
  }

  @Test
  void named_shouldRefuseWhatIsNoSavepoint() throws IOException {
    checkpoint("chk-9", true, 90);
    String complete = state.resolve("checkpoints/aa/chk-9").toString();

    assertThat(ResumePoint.named(complete)).startsWith("file:").endsWith("/chk-9/");
    assertThat(ResumePoint.named("s3://bucket/chk-9")).isEqualTo("s3://bucket/chk-9");
    assertThatThrownBy(() -> ResumePoint.named(state.toString()))
        .hasMessage(
            "Invalid --from: %s (must be a savepoint or checkpoint, a folder with a file _metadata)"
                .formatted(state));
  }

  @Test
  void resume_shouldAskForThePasswordThatIsNotKept() throws IOException {
    submissions.keep(job("aabbccddeeff", "orders", 1));
    TestConsole without = console(Map.of());
    TestConsole with = console(Map.of("MILLRACE_SOURCE_PASSWORD_FILE", "/run/secrets/source"));

    assertThat(without.run("flink", "resume")).isEqualTo(ExitCode.USAGE);
    assertThat(without.err())
        .isEqualToIgnoringNewLines(
            "Cannot resume aabbccdd (orders): the password of its source is not kept (must be in"
                + " MILLRACE_SOURCE_PASSWORD, or in a file that MILLRACE_SOURCE_PASSWORD_FILE"
                + " names)");
    assertThat(with.run("flink", "resume", "orders")).isEqualTo(ExitCode.FAILED);
    assertThat(with.err())
        .startsWith(
            "Cannot resume aabbccdd (orders): no cluster answers at 127.0.0.1:1; start one");
  }

  @Test
  void resume_shouldNameTheCandidates() throws IOException {
    TestConsole none = console(Map.of());
    assertThat(none.run("flink", "resume")).isEqualTo(ExitCode.FAILED);
    assertThat(none.err()).startsWith("Cannot resume: no followed job is known here");

    submissions.keep(job("aa", "orders", 1));
    submissions.keep(job("bb", "lines", 2));
    TestConsole several = console(Map.of());
    assertThat(several.run("flink", "resume")).isEqualTo(ExitCode.USAGE);
    assertThat(several.err())
        .startsWith("Cannot resume: several jobs do not run, of which one must be named: ")
        .contains("bb (lines), aa (orders)");
    TestConsole other = console(Map.of());
    assertThat(other.run("flink", "resume", "cc")).isEqualTo(ExitCode.USAGE);
    assertThat(other.err())
        .startsWith("Invalid job: cc (must be a followed job submitted from here: bb (lines), aa");
  }

  private TestConsole console(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("XDG_STATE_HOME", state.toString());
    return new TestConsole(state, environment);
  }

  @Test
  void words_shouldDoTheSameElsewhere() throws IOException {
    Files.writeString(state.resolve("millrace.yaml"), "probe: {table: a, key: [x, y]}\n");
    TestConsole console =
        new TestConsole(state, Map.of("MILLRACE_BLOCK_SIZE", "4MiB", "MILLRACE_RUNNER", "direct"));
    ProbeCommand probe =
        ProbeCommand.parse(console, "probe", "--parallelism=3", "--json", "--quiet");

    assertThat(probe.words())
        .containsExactlyInAnyOrder(
            "probe", "--table=a", "--key=x,y", "--block-size=4MiB", "--parallelism=3");
  }
}
