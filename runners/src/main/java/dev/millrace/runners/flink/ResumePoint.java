// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkCheckpoints;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.UsageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A savepoint or checkpoint to go on from.
 *
 * @param path as a URI
 * @param millis since 1970, when it was complete
 */
record ResumePoint(String path, long millis) {

  /** Flink writes it last, and moves it to its place when it is complete. */
  private static final String METADATA = "_metadata";

  /**
   * The newest of a job: what the cluster tells, if it knows the job, what lies in the folder of
   * its checkpoints, and the savepoint that is known from before.
   *
   * @param rest of the cluster that ran it; null if that does not answer
   * @throws IllegalStateException if none is known, and its checkpoints cannot be looked through
   */
  static Optional<ResumePoint> newest(Submission job, @Nullable FlinkRest rest) throws IOException {
    List<ResumePoint> points = new ArrayList<>();
    if (!job.savepoint().isEmpty()) {
      points.add(new ResumePoint(job.savepoint(), job.savepointMillis()));
    }
    if (rest != null) {
      rest.checkpoints()
          .last(job.id())
          .filter(last -> !last.path().isEmpty())
          .ifPresent(last -> points.add(of(last)));
    }
    Optional<Path> folder = local(job.checkpoints());
    if (folder.isPresent()) {
      points.addAll(in(folder.get()));
    } else if (points.isEmpty() && !job.checkpoints().isEmpty()) {
      throw new IllegalStateException(
          "Cannot resume %s: its checkpoints are in %s, which cannot be looked through from here; name one with --from"
              .formatted(job.describe(), job.checkpoints()));
    }
    return points.stream().max(Comparator.comparing(ResumePoint::millis));
  }

  private static ResumePoint of(FlinkCheckpoints.Completed completed) {
    return new ResumePoint(completed.path(), completed.at().toEpochMilli());
  }

  private static List<ResumePoint> in(Path folder) throws IOException {
    List<ResumePoint> points = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> found = Files.list(folder)) {
        for (Path each : found.filter(ResumePoint::isComplete).toList()) {
          long millis = Files.getLastModifiedTime(each.resolve(METADATA)).toMillis();
          points.add(new ResumePoint(each.toUri().toString(), millis));
        }
      }
    }
    return points;
  }

  private static boolean isComplete(Path folder) {
    return Files.isRegularFile(folder.resolve(METADATA));
  }

  /** The folder of a URI or a path, if it is of this machine. */
  private static Optional<Path> local(String place) {
    if (place.startsWith("file:")) {
      return Optional.of(Path.of(URI.create(place).getPath()));
    }
    return place.isEmpty() || place.contains(":/")
        ? Optional.empty()
        : Optional.of(Path.of(place).toAbsolutePath().normalize());
  }

  /**
   * What a user named.
   *
   * @throws UsageException if it is of this machine, and no complete one
   */
  static String named(String place) {
    Optional<Path> folder = local(place);
    if (folder.isPresent() && !isComplete(folder.get())) {
      throw new UsageException(
          "Invalid --from: %s (must be a savepoint or checkpoint, a folder with a file %s)"
              .formatted(place, METADATA));
    }
    return folder.map(path -> path.toUri().toString()).orElse(place);
  }
}
