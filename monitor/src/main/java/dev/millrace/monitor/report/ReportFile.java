// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes files that are there as a whole, or as they were. */
public final class ReportFile {

  private ReportFile() {}

  /**
   * Writes a text in UTF-8 in place of what the file held.
   *
   * @throws ReportException if that cannot be done; nothing is left of the attempt
   */
  public static void write(Path file, String text) {
    Path aside = file.resolveSibling(".%s.%s".formatted(file.getFileName(), UUID.randomUUID()));
    try {
      try {
        Files.write(aside, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
        Files.move(
            aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (IOException e) {
      throw new ReportException("Cannot write the report %s: %s".formatted(file, why(e)), e);
    }
  }

  private static String why(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "its folder does not exist";
    }
    if (e instanceof AccessDeniedException) {
      return "it is not allowed in that folder";
    }
    String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }
}
