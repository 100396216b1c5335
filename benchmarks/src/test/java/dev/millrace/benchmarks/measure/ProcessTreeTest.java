// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ProcessTreeTest {

  @Test
  void await_shouldCountWhatAProcessStarts() throws Exception {
    Process shell =
        new ProcessBuilder(
                "sh", "-c", "sh -c 'i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done'; true")
            .start();
    ProcessTree tree = new ProcessTree(shell);

    assertThat(tree.await(Duration.ofSeconds(50))).isTrue();
    assertThat(tree.cpuSeconds()).isPositive();
    assertThat(tree.peakRssBytes()).isPositive();
  }

  @Test
  void await_shouldKillAll_whenTimeIsUp() throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", "sleep 50; true").start();

    assertThat(new ProcessTree(shell).await(Duration.ofMillis(300))).isFalse();
    assertThat(shell.isAlive()).isFalse();
    assertThat(shell.toHandle().descendants()).isEmpty();
  }
}
