// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

import com.google.common.hash.Hashing;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A CSV file on this machine, plain or compressed with gzip (by its name: {@code .gz}).
 *
 * @param location its path; a string because a path cannot be serialized
 */
public record CsvFile(String location) implements Serializable {
  private static final int BUFFER = 64 * 1024;

  /**
   * The files in {@code folder} that match {@code glob}, plain or with {@code .gz}, by name; or the
   * one file that {@code folder} is.
   *
   * @param glob of the plain files, {@code "PRSA_Data_*.csv"} for instance
   * @throws CsvException if there is no such folder, or no such file in it
   */
  public static List<CsvFile> in(Path folder, String glob) {
    if (Files.isRegularFile(folder)) {
      return List.of(new CsvFile(folder.toString()));
    }
    if (!Files.isDirectory(folder)) {
      throw new CsvException("Cannot read " + folder + ": there is no such folder");
    }
    List<CsvFile> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, glob + "{,.gz}")) {
      found.forEach(path -> files.add(new CsvFile(path.toString())));
    } catch (IOException e) {
      throw new CsvException("Cannot read " + folder + ": " + e.getMessage(), e);
    }
    if (files.isEmpty()) {
      throw new CsvException(
          "Cannot read " + folder + ": no file in it is named " + glob + " or " + glob + ".gz");
    }
    files.sort(Comparator.comparing(CsvFile::name));
    return files;
  }

  /** The file's name without its folder. */
  public String name() {
    return String.valueOf(Path.of(location).getFileName());
  }

  /**
   * Opens the file for its lines and checks the header.
   *
   * @param columns the columns to read, in the order wanted; the file may have them in another
   * @throws CsvException if it cannot be read, or its header has other columns
   */
  public CsvReader open(List<String> columns) {
    return CsvReader.open(this, columns);
  }

  /**
   * Reads the file to its end and counts the lines after the header: what a run will meet, known
   * before it writes anything.
   *
   * @throws CsvException if it cannot be read to its end, or its header has other columns
   */
  public long count(List<String> columns) {
    try (CsvReader reader = open(columns)) {
      return reader.skip(Long.MAX_VALUE);
    }
  }

  /**
   * The SHA-256 of the file's bytes, as they are: 64 hexadecimal digits.
   *
   * @throws CsvException if it cannot be read
   */
  public String sha256() {
    try {
      return com.google.common.io.Files.asByteSource(new File(location))
          .hash(Hashing.sha256())
          .toString();
    } catch (IOException e) {
      throw unreadable(e, 0);
    }
  }

  InputStream stream() throws IOException {
    InputStream raw = Files.newInputStream(Path.of(location));
    if (!location.endsWith(".gz")) {
      return raw;
    }
    try {
      return new GZIPInputStream(new BufferedInputStream(raw, BUFFER), BUFFER);
    } catch (IOException e) {
      try (raw) {
        throw e;
      }
    }
  }

  CsvException unreadable(IOException cause, long afterLine) {
    String why;
    if (cause instanceof NoSuchFileException) {
      why = "there is no such file";
    } else if (cause instanceof AccessDeniedException) {
      why = "permission is denied";
    } else if (cause instanceof EOFException) {
      why = "its gzip data ends early, after line " + afterLine;
    } else if (cause instanceof ZipException) {
      why = "its gzip data is corrupt after line " + afterLine + " (" + cause.getMessage() + ")";
    } else {
      why = String.valueOf(cause.getMessage());
    }
    return new CsvException("Cannot read " + name() + ": " + why, cause);
  }
}
