// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, of a shell. */
@Timeout(120)
class ChildTest {

  private static final Child.Patience PATIENT =
      new Child.Patience(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(60));

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final Path folder;

  ChildTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Child child(Child.Patience patience, String script) {
    return new Child(new ProcessBuilder("sh", "-c", script), patience, told::add);
  }

  @Test
  void run_shouldPassOnWhatIsSaid_andKeepTheAnswer() throws Exception {
    Child.Result result =
        child(PATIENT, "echo one; echo two >&2; printf '{\"rows\": 3}'; exit 3").run();

    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.answer()).isEqualTo("{\"rows\": 3}");
    assertThat(result.errors()).containsExactly("two");
    assertThat(result.end()).isEmpty();
    assertThat(told).containsExactlyInAnyOrder("one", "two");
  }

  @Test
  void run_shouldTellTheSignal() throws Exception {
    assertThat(child(PATIENT, "kill -9 $$").run().exitCode()).isEqualTo(137);
    assertThat(child(PATIENT, "true").run().answer()).isEmpty();
  }

  @Test
  void run_shouldCutALineWithoutEnd() throws Exception {
    Child.Result result = child(PATIENT, "head -c 3000000 /dev/zero | tr '\\0' x").run();

    assertThat(result.answer()).hasSize(1 << 20);
  }

  @Test
  void run_shouldAskItToEndFirst_whenItTakesTooLong() throws Exception {
    Child.Result result =
        child(new Child.Patience(Duration.ofMillis(300), PATIENT.drain(), PATIENT.term()), DRAINED)
            .run();

    assertThat(result.end()).isEqualTo("it took longer than 300 ms");
    assertThat(result.exitCode()).isZero();
    assertThat(result.answer()).isEqualTo("drained");
  }

  private static final String DRAINED = "echo begun >&2; cat > /dev/null; echo drained";

  @Test
  void run_shouldTerminateAndThenKill_whatDoesNotEnd() throws Exception {
    Child.Patience hasty =
        new Child.Patience(Duration.ofSeconds(3), Duration.ZERO, Duration.ofSeconds(3));

    assertThat(child(hasty, "sleep 1000 & wait").run().exitCode()).isEqualTo(143);
    assertThat(child(hasty, "trap '' TERM; while :; do sleep 0.05; done").run().exitCode())
        .isEqualTo(137);
  }

  @Test
  void run_shouldEndIt_whenItsThreadIsInterrupted() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Path mark = folder.resolve("drained");
    Child child =
        new Child(
            new ProcessBuilder("sh", "-c", DRAINED + " > " + mark),
            PATIENT,
            line -> begun.countDown());
    Thread runner = Thread.currentThread();
    Thread stopper =
        new Thread(
            () -> {
              try {
                if (begun.await(60, TimeUnit.SECONDS)) {
                  runner.interrupt();
                }
              } catch (InterruptedException never) {
                throw new AssertionError(never);
              }
            });
    stopper.start();

    assertThatThrownBy(child::run).isInstanceOf(InterruptedException.class);
    assertThat(mark).hasContent("drained");
    stopper.join();
  }

  @Test
  void child_shouldEnd_whenItsParentIsKilled() throws Exception {
    Path mark = folder.resolve("ended");
    Process parent = ChildJvm.start(List.of(), Parent.class, mark.toString());
    while (!Files.exists(folder.resolve("begun"))) {
      assertThat(parent.isAlive()).isTrue();
      TimeUnit.MILLISECONDS.sleep(20);
    }
    parent.destroyForcibly().waitFor();

    while (!Files.exists(mark)) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Runs a child that writes a file when it ends in order. */
  static final class Parent {
    public static void main(String[] args) throws IOException, InterruptedException {
      String mark = args[0];
      String begun = Path.of(mark).resolveSibling("begun").toString();
      new Child(
              new ProcessBuilder("sh", "-c", "touch " + begun + "; cat > /dev/null; touch " + mark),
              PATIENT,
              line -> {})
          .run();
    }
  }
}
