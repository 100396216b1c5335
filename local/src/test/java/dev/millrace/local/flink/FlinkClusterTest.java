// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that fail. What a cluster does once it runs is shown with the packaged build. */
class FlinkClusterTest {

  @SuppressWarnings("NullAway.Init") // JUnit sets it before anything else happens
  @TempDir
  Path dir;

  @Test
  void up_shouldTellWhichProcessEndedAndWhy() throws Exception {
    Path folder = dir.resolve("cluster");
    FlinkCluster cluster = FlinkCluster.in(folder);
    Path lib = Files.createDirectories(dir.resolve("lib"));
    Files.createFile(lib.resolve("flink-runtime-0.jar"));

    assertThatThrownBy(() -> cluster.up(new FlinkCluster.Settings(lib, 1, 1, 0, 256), () -> false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "Cannot start a cluster: (jobmanager|taskmanager-1) ended \\d times as soon as it"
                + " started, last with exit code 1: Error: Could not find or load main class"
                + " org\\.apache\\.flink\\.\\S+; Caused by: java\\.lang\\.ClassNotFoundException:"
                + " org\\.apache\\.flink\\.\\S+; see the logs in .*/cluster/log");

    assertThat(cluster.state()).isEmpty();
    assertThat(folder.resolve("log/jobmanager.out")).isNotEmptyFile();
  }

  @Test
  void up_shouldRefuseAPortThatIsTaken() throws Exception {
    Path lib = Files.createDirectories(dir.resolve("lib"));
    Files.createFile(lib.resolve("flink-runtime-0.jar"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      FlinkCluster.Settings settings = new FlinkCluster.Settings(lib, 1, 1, port, 256);

      assertThatThrownBy(() -> FlinkCluster.in(dir.resolve("cluster")).up(settings, () -> false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid port: " + port + " (must be free; another process listens there)");
    }
  }
}
