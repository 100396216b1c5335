// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads a recording twice, event by event: for when each thread was in which stage, and for all
 * else. Not safe for use by several threads.
 */
final class Reading {

  /** The JVM's own, which closes the pipes of processes that ended. */
  private static final String REAPER = "process reaper";

  private final Frames frames = new Frames();
  private final StageTimes times = new StageTimes();
  private final Map<View, CallTree> trees = new EnumMap<>(View.class);
  private final Map<Group, GroupSums> sums = new LinkedHashMap<>();
  private @Nullable Instant first;
  private long collections;
  private long pauseNanos;
  private long compiledBefore = -1;
  private long compiledMillis;

  /** What was seen at an event: whose work it was, and by which calls. */
  private record Seen(Group group, List<String> path) {}

  private Reading() {
    for (View view : View.values()) {
      trees.put(view, new CallTree());
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or is no recording
   */
  static Reading of(Path recording) throws IOException {
    Reading reading = new Reading();
    forEach(recording, reading::stageOf);
    forEach(recording, reading::add);
    return reading;
  }

  private static void forEach(Path recording, Consumer<RecordedEvent> reader) throws IOException {
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        reader.accept(file.readEvent());
      }
    }
  }

  private void stageOf(RecordedEvent event) {
    if (first == null || event.getStartTime().isBefore(first)) {
      first = event.getStartTime();
    }
    if (event.getEventType().getName().equals(Settings.STAGE_CHANGE)) {
      RecordedThread thread = event.getThread();
      if (thread != null) {
        times.add(
            thread.getJavaThreadId(),
            nanos(event.getStartTime()),
            String.valueOf(event.getString("from")),
            String.valueOf(event.getString("to")));
      }
    }
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  private void add(RecordedEvent event) {
    switch (event.getEventType().getName()) {
      case Settings.EXECUTION_SAMPLE -> executed(event);
      case Settings.ALLOCATION_SAMPLE -> allocated(event);
      case Settings.MONITOR_ENTER -> waited(event, "monitorClass");
      case Settings.PARK -> waited(event, "parkedClass");
      case Settings.SOCKET_READ -> socketRead(event);
      case Settings.SOCKET_WRITE -> socketWritten(event);
      case Settings.FILE_READ -> fileRead(event);
      case Settings.FILE_WRITE -> fileWritten(event);
      case Settings.COLLECTION -> {
        collections++;
        pauseNanos += event.getDuration("sumOfPauses").toNanos();
      }
      case Settings.COMPILER -> compiled(event.getLong("totalTimeSpent"));
      default -> {
        // Where stages change is known; all else was recorded by somebody else.
      }
    }
  }

  private void executed(RecordedEvent event) {
    Seen seen = seen(event, event.getThread("sampledThread"));
    of(seen).samples++;
    add(View.CPU, seen, "", TimeUnit.MILLISECONDS.toNanos(Settings.SAMPLE_MILLIS));
  }

  private void allocated(RecordedEvent event) {
    Seen seen = seen(event, event.getThread());
    long bytes = event.getLong("weight");
    of(seen).allocatedBytes += bytes;
    add(View.ALLOCATION, seen, "makes " + Frames.type(event.getClass("objectClass")), bytes);
  }

  private void waited(RecordedEvent event, String type) {
    Seen seen = seen(event, event.getThread());
    boolean isPark = event.getEventType().getName().equals(Settings.PARK);
    if (isOutside(seen) && (isPark || REAPER.equals(name(event.getThread())))) {
      // It has nothing to do.
      return;
    }
    long nanos = event.getDuration().toNanos();
    of(seen).lockNanos += nanos;
    add(View.LOCKS, seen, "waits for " + Frames.type(event.getClass(type)), nanos);
  }

  private void socketRead(RecordedEvent event) {
    Seen seen = seen(event, event.getThread());
    of(seen).socketRead += moved(event, seen, "reads " + socket(event), "bytesRead");
  }

  private void socketWritten(RecordedEvent event) {
    Seen seen = seen(event, event.getThread());
    of(seen).socketWritten += moved(event, seen, "writes " + socket(event), "bytesWritten");
  }

  private static String socket(RecordedEvent event) {
    String host = event.getString("host");
    String name = host == null || host.isEmpty() ? event.getString("address") : host;
    return "socket %s:%d".formatted(name, event.getInt("port"));
  }

  private void fileRead(RecordedEvent event) {
    Seen seen = seen(event, event.getThread());
    if (isOfUse(event, seen)) {
      of(seen).fileRead += moved(event, seen, "reads file", "bytesRead");
    }
  }

  private void fileWritten(RecordedEvent event) {
    Seen seen = seen(event, event.getThread());
    if (isOfUse(event, seen)) {
      of(seen).fileWritten += moved(event, seen, "writes file", "bytesWritten");
    }
  }

  /**
   * What the kernel tells of threads is asked for by the measurement itself, and what has no path
   * is a pipe: who reads that of a process of its own, outside of all stages, has nothing else to
   * do.
   */
  private static boolean isOfUse(RecordedEvent event, Seen seen) {
    String path = event.getString("path");
    return path == null
        ? !isOutside(seen)
        : !path.startsWith("/proc/") && !path.startsWith("/sys/");
  }

  private static boolean isOutside(Seen seen) {
    return seen.group().kind() == Group.Kind.OUTSIDE;
  }

  private long moved(RecordedEvent event, Seen seen, String thing, String field) {
    long nanos = event.getDuration().toNanos();
    of(seen).ioNanos += nanos;
    add(View.IO, seen, thing, nanos);
    // It is -1 at the end.
    long bytes = Math.max(0, event.getLong(field));
    if (bytes > 0) {
      add(View.IO_BYTES, seen, thing, bytes);
    }
    return bytes;
  }

  /** By its own sum since the JVM began, which each of these events tells. */
  private void compiled(long totalMillis) {
    if (compiledBefore >= 0) {
      compiledMillis = Math.max(compiledMillis, totalMillis - compiledBefore);
    } else {
      compiledBefore = totalMillis;
    }
  }

  private Seen seen(RecordedEvent event, @Nullable RecordedThread thread) {
    List<String> path = frames.path(event.getStackTrace());
    String stage =
        thread == null ? "" : times.at(thread.getJavaThreadId(), nanos(event.getStartTime()));
    Group group =
        stage.isEmpty()
            ? Frames.step(path).map(Group::step).orElseGet(() -> Group.outside(name(thread)))
            : Group.stage(stage);
    return new Seen(group, group.kind() == Group.Kind.OUTSIDE ? path : Frames.withoutRunner(path));
  }

  private static @Nullable String name(@Nullable RecordedThread thread) {
    return thread == null ? null : thread.getJavaName();
  }

  private GroupSums of(Seen seen) {
    return sums.computeIfAbsent(seen.group(), each -> new GroupSums());
  }

  private void add(View view, Seen seen, String thing, long value) {
    List<String> path = new ArrayList<>(seen.path().size() + 1);
    path.add(seen.group().label());
    path.addAll(seen.path());
    tree(view).add(path, thing, value);
  }

  CallTree tree(View view) {
    return requireNonNull(trees.get(view));
  }

  Map<Group, GroupSums> sums() {
    return sums;
  }

  /** When its first event was; null if it has none. */
  @Nullable Instant first() {
    return first;
  }

  long collections() {
    return collections;
  }

  double pauseSeconds() {
    return seconds(pauseNanos);
  }

  double compiledSeconds() {
    return compiledMillis / 1e3;
  }

  static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
