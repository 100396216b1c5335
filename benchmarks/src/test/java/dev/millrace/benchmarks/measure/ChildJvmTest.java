// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.measure.ChildJvm.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

  /** What the tests have a child do. */
  public static final class Child {
    public static void main(String[] args) throws Exception {
      ChildJvm.serve(
          args,
          String.class,
          task ->
              switch (task) {
                case "fail" -> throw new IllegalStateException("Cannot go on: told to fail");
                case "hang" -> hang();
                case "fill" -> String.valueOf(new byte[1 << 28].length);
                case "arguments" ->
                    String.join(" ", ProcessHandle.current().info().arguments().orElseThrow());
                default -> task + " by a heap of " + Runtime.getRuntime().maxMemory() / (1 << 20);
              });
    }

    private static String hang() {
      while (true) {
        LockSupport.park();
      }
    }
  }

  @Test
  void run_shouldBringTheAnswerBack() throws Exception {
    Outcome<String> outcome = run("done", Duration.ofMinutes(1));

    // The collector keeps one survivor space for itself.
    assertThat(outcome.answer()).matches("done by a heap of (6[0-4]|5\\d)");
    assertThat(outcome.seconds()).isPositive();
  }

  @Test
  void run_shouldTellWhatWentWrong_whenTheChildFails() throws Exception {
    Outcome<String> outcome = run("fail", Duration.ofMinutes(1));

    assertThat(outcome.answer()).isNull();
    assertThat(outcome.errors()).contains("Cannot go on: told to fail");
  }

  @Test
  void run_shouldFail_whenTheHeapIsTooSmall() throws Exception {
    Outcome<String> outcome = run("fill", Duration.ofMinutes(1));

    assertThat(outcome.answer()).isNull();
    assertThat(outcome.errors()).contains("OutOfMemoryError");
  }

  @Test
  void run_shouldKill_whenTheDeadlinePasses() throws Exception {
    Outcome<String> outcome = run("hang", Duration.ofSeconds(2));

    assertThat(outcome.answer()).isNull();
    assertThat(outcome.errors()).isEqualTo("killed after 2 s");
  }

  @Test
  void run_shouldKeepTheTaskOutOfTheListOfProcesses() throws Exception {
    assertThat(run("arguments", Duration.ofMinutes(1)).answer())
        .contains(Child.class.getName())
        .doesNotContain("arguments");
  }

  private static Outcome<String> run(String task, Duration deadline) throws Exception {
    return new ChildJvm(Child.class, List.of("-Xmx64m"), deadline).run(task, String.class);
  }
}
