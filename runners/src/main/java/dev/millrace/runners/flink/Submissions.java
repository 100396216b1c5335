// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.runners.console.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The followed jobs that were submitted from here, each a file: the newest of each copy. */
final class Submissions {

  private static final String SUFFIX = ".json";

  private final Path folder;
  private final ObjectMapper mapper = new ObjectMapper();

  private Submissions(Path folder) {
    this.folder = folder;
  }

  /** Those of the user whose environment this is. */
  static Submissions of(Map<String, String> environment) {
    return new Submissions(Console.state(environment).resolve("jobs"));
  }

  Path folder() {
    return folder;
  }

  /**
   * All, the newest first.
   *
   * @throws IOException if one cannot be read
   */
  List<Submission> all() throws IOException {
    List<Submission> all = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(each -> each.toString().endsWith(SUFFIX)).toList()) {
          all.add(read(file));
        }
      }
    }
    all.sort(Comparator.comparing(Submission::submittedMillis).reversed());
    return all;
  }

  private Submission read(Path file) throws IOException {
    try {
      return mapper.readValue(file.toFile(), Submission.class);
    } catch (IOException e) {
      throw new IOException(
          "Cannot read %s: it is no record of a job; move it away".formatted(file), e);
    }
  }

  /** That of a job, if it is known. */
  Optional<Submission> find(String id) throws IOException {
    return all().stream().filter(each -> each.id().equals(id)).findFirst();
  }

  /** Keeps a job, in place of others of the same copy. */
  void keep(Submission submission) throws IOException {
    List<Submission> others = all().stream().filter(submission::isSame).toList();
    write(submission);
    for (Submission other : others) {
      if (!other.id().equals(submission.id())) {
        forget(other.id());
      }
    }
  }

  private void write(Submission submission) throws IOException {
    Files.createDirectories(folder);
    Path next = folder.resolve(submission.id() + ".new");
    Files.writeString(
        next, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(submission) + "\n");
    Files.move(next, file(submission.id()), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Notes that a job was stopped with a savepoint; false if it is not known. */
  boolean stopped(String id, String savepoint, Instant at) throws IOException {
    Optional<Submission> found = find(id);
    if (found.isPresent()) {
      write(found.get().stopped(savepoint, at.toEpochMilli()));
    }
    return found.isPresent();
  }

  /** Forgets a job, which ended in order. */
  void forget(String id) throws IOException {
    Files.deleteIfExists(file(id));
  }

  private Path file(String id) {
    return folder.resolve(id + SUFFIX);
  }
}
