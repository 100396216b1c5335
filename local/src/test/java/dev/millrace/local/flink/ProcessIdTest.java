// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessIdTest {

  @Test
  void find_shouldFindAProcess_whileItRuns() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    ProcessId id = ProcessId.of(process.toHandle());

    assertThat(ProcessId.parse(id.toString())).isEqualTo(id);
    assertThat(id.find()).contains(process.toHandle());

    process.destroyForcibly().waitFor();
    assertThat(id.find()).isEmpty();
  }

  @Test
  void find_shouldNotTakeAnotherProcessOfTheSameNumber() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      ProcessId id = ProcessId.of(process.toHandle());

      assertThat(new ProcessId(process.pid(), id.started() + "0").find()).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void down_shouldLeaveAloneAProcessThatGotTheNumberOfOneOfOurs(@TempDir Path dir)
      throws Exception {
    Process stranger = new ProcessBuilder("sleep", "60").start();
    try {
      ClusterFolder folder = new ClusterFolder(dir);
      folder.prepare();
      Properties cluster = new Properties();
      cluster.setProperty("id", "of-this-test");
      cluster.setProperty("since", "2026-01-01T00:00:00Z");
      for (String number : new String[] {"port", "taskmanagers", "slots"}) {
        cluster.setProperty(number, "1");
      }
      folder.save(cluster);
      ProcessId ours = new ProcessId(stranger.pid(), "another-boot 17");
      folder.record(ClusterFolder.SUPERVISOR, ours, 1);
      folder.record("taskmanager-1", ours, 1);
      assertThat(FlinkCluster.in(dir).state().orElseThrow().members())
          .noneMatch(FlinkCluster.Member::alive);

      assertThat(FlinkCluster.in(dir).down()).isPresent();

      assertThat(stranger.isAlive()).isTrue();
      assertThat(FlinkCluster.in(dir).state()).isEmpty();
      assertThat(Files.exists(folder.logs())).isTrue();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void down_shouldSayThatThereIsNothing(@TempDir Path dir) throws Exception {
    assertThat(FlinkCluster.in(dir.resolve("nowhere")).down()).isEmpty();
  }
}
