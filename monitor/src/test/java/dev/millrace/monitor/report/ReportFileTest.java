// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {

  @Test
  void write_shouldReplaceTheWhole(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("report.html");
    ReportFile.write(file, "old and longer");

    ReportFile.write(file, "new ×");

    assertThat(Files.readString(file)).isEqualTo("new ×");
    assertThat(folder).isDirectoryContaining("glob:**/report.html");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void write_shouldSayWhyItCannot_andLeaveNothing(@TempDir Path folder) throws Exception {
    Path nowhere = folder.resolve("none").resolve("report.html");
    assertThatThrownBy(() -> ReportFile.write(nowhere, "x"))
        .isInstanceOf(ReportException.class)
        .hasMessage("Cannot write the report %s: its folder does not exist".formatted(nowhere));

    Path taken = folder.resolve("taken");
    Files.createDirectories(taken.resolve("by another"));
    assertThatThrownBy(() -> ReportFile.write(taken, "x"))
        .isInstanceOf(ReportException.class)
        .hasMessageStartingWith("Cannot write the report " + taken + ": ");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(taken);
    }
  }
}
