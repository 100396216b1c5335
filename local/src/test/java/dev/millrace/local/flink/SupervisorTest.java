// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {

  @Test
  void main_shouldEndWithAllItStarted_whenOneCannotBeStarted(@TempDir Path dir) throws Exception {
    ClusterFolder folder = new ClusterFolder(dir.resolve("cluster"));
    folder.prepare();
    Properties cluster = new Properties();
    Map.of("id", "of-this-test", "lib", dir.toString(), "taskmanagers", "1", "slots", "1")
        .forEach(cluster::setProperty);
    cluster.setProperty("heap", "256");
    folder.save(cluster);
    // Where the output of a TaskManager would go.
    Files.createDirectory(folder.out("taskmanager-1"));
    Path output = dir.resolve("output");

    Process supervisor =
        new ProcessBuilder(
                FlinkProcess.java(),
                "-cp",
                System.getProperty("java.class.path"),
                Supervisor.class.getName(),
                folder.path().toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();

    try {
      assertThat(supervisor.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(supervisor.exitValue()).isEqualTo(1);
      assertThat(output).content().contains("Cannot start taskmanager-1: ", "jobmanager", "ended");
      assertThat(folder.recorded().values())
          .noneMatch(recorded -> recorded.process().find().isPresent());
    } finally {
      supervisor.destroyForcibly();
    }
  }
}
