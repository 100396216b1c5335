// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChildrenTest {

  @Test
  void inherited_shouldLeaveOutTheParentsHeap() {
    List<String> flags =
        List.of(
            "-Xmx64m",
            "-XX:MaxRAMPercentage=10",
            "-XX:InitialHeapSize=64m",
            "-XX:MaxNewSize=32m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseParallelGC",
            "-XX:SharedArchiveFile=classes.jsa",
            "-Dmillrace.columns=80",
            "-Dcom.sun.management.jmxremote.port=9010",
            "-Dfile.encoding=UTF-8",
            "--add-opens=java.base/java.nio=ALL-UNNAMED");
    assertThat(Children.inherited(flags, List.of("sync")))
        .containsExactly(
            "-XX:+UseParallelGC",
            "-XX:SharedArchiveFile=classes.jsa",
            "-Dfile.encoding=UTF-8",
            "--add-opens=java.base/java.nio=ALL-UNNAMED");
  }

  @Test
  void inherited_shouldLeaveOutTheArchive_ofWhatIsRecorded() {
    List<String> flags = List.of("-XX:SharedArchiveFile=classes.jsa", "-XX:+UseParallelGC");
    assertThat(Children.inherited(flags, List.of("sync", "--record=folder")))
        .containsExactly("-XX:+UseParallelGC");
  }
}
