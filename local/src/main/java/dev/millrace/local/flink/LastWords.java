// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The lines in which a process that ended says why: the first that tells of an error, and the last
 * cause given for it, else the line that follows. A log that reaches nobody but in one sentence is
 * told by these.
 */
final class LastWords {

  private static final int READ = 256 << 10;
  private static final int LONGEST = 240;

  /** As logs of Flink and messages of a JVM, of a shell and of a stack trace begin them. */
  private static final Pattern TELLING =
      Pattern.compile(
          "^[-\\d: .,]* (ERROR|FATAL) .*"
              + "|^(Exception in thread|Caused by:|Error|Unrecognized|Invalid|Conflicting|Cannot).*"
              + "|^# .*(error|insufficient memory|SIG[A-Z]+).*"
              + "|^([\\w$]+\\.)+[\\w$]*(Exception|Error)\\b.*"
              + "|^\\S* ?Cannot start .*"
              + "|(?!.* (INFO|WARN|DEBUG|TRACE) )"
              + ".*(OutOfMemoryError|No space left|not found|[Pp]ermission denied).*");

  private LastWords() {}

  /** The telling lines of the first file that has any; empty if none has. */
  static Optional<String> of(List<Path> files) {
    return files.stream().flatMap(file -> telling(lines(file)).stream()).findFirst();
  }

  static Optional<String> telling(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      if (TELLING.matcher(lines.get(i)).matches()) {
        List<String> rest = lines.subList(i + 1, lines.size());
        Optional<String> cause =
            rest.stream()
                .filter(line -> line.startsWith("Caused by:"))
                .reduce((first, last) -> last)
                .or(() -> rest.stream().findFirst());
        String first = shortened(lines.get(i));
        return Optional.of(cause.map(line -> first + "; " + shortened(line)).orElse(first));
      }
    }
    return Optional.empty();
  }

  private static String shortened(String line) {
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }

  /** The last lines, without blank ones and those that a stack trace indents. */
  private static List<String> lines(Path path) {
    if (!Files.isRegularFile(path)) {
      return List.of();
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      file.seek(Math.max(0, file.length() - READ));
      byte[] bytes = new byte[(int) (file.length() - file.getFilePointer())];
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("\t"))
          .map(String::strip)
          .toList();
    } catch (IOException e) {
      return List.of("Cannot read " + path + ": " + e.getMessage());
    }
  }
}
