// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.local.flink.FlinkCluster.Member;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a cluster survives. Rerun: {@code ./mvnw -B verify -Pchaos}. */
@Tag("chaos")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FlinkChaosIT {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private final FlinkCluster cluster;

  FlinkChaosIT(@TempDir Path dir) {
    cluster = FlinkCluster.in(dir);
  }

  @BeforeEach
  void up() throws Exception {
    // Port 0 may be the usual one, which nobody else may have taken; either will do.
    cluster.up(new FlinkCluster.Settings(Packaged.flinkJars(), 1, 2, 0, 512), () -> false);
    postgres.execute(
        "drop table if exists station, copy",
        "create table station as select i as id, 'S' || i as name from generate_series(1, 1000) i",
        "create table copy (id int primary key, name text)");
  }

  @AfterEach
  void down() throws Exception {
    cluster.down();
  }

  @Test
  void jobs_shouldLeaveNothingBehind_oneAfterAnother() throws Exception {
    long pid = member("taskmanager-1").pid();
    // Each brings some 20 MB of classes, of which a TaskManager may hold 256 MB.
    for (int run = 0; run < 16; run++) {
      sync();
    }
    assertThat(member("taskmanager-1")).isEqualTo(new Member("taskmanager-1", pid, true, 1));
  }

  @Test
  void jobManager_shouldBeReplaced() throws Exception {
    kill("jobmanager");

    awaitSlots();
    assertThat(member("jobmanager").starts()).isEqualTo(2);
    sync();
  }

  @Test
  void down_shouldEndWhatLostItsSupervisor() throws Exception {
    kill("supervisor");
    assertThat(cluster.state().orElseThrow().supervised()).isFalse();
    sync();
    long pid = member("taskmanager-1").pid();

    assertThat(cluster.down()).isPresent();

    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(cluster.state()).isEmpty();
  }

  private void sync() throws IOException {
    TestConsole console = new TestConsole();
    String url = postgres.jdbcUrl();
    int code =
        console.run(
            "sync",
            "--runner=flink://" + cluster.state().orElseThrow().address(),
            "--source=" + url,
            "--table=station",
            "--target=" + url,
            "--into=copy",
            "--mode=upsert",
            "--key=id");
    assertThat(code).as(console.err()).isEqualTo(ExitCode.DONE);
  }

  private Member member(String name) throws IOException {
    return cluster.state().orElseThrow().members().stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void kill(String name) throws Exception {
    ProcessHandle process = ProcessHandle.of(member(name).pid()).orElseThrow();
    process.destroyForcibly();
    process.onExit().get(10, TimeUnit.SECONDS);
  }

  /** Asks until the slots are there; the test's own limit ends it otherwise. */
  private void awaitSlots() throws Exception {
    while (true) {
      try {
        if (member("jobmanager").starts() > 1
            && cluster.state().orElseThrow().rest().overview().slots() == 2) {
          return;
        }
      } catch (IOException e) {
        // Not yet.
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }
}
