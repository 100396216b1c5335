// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.millrace.monitor.Json;
import dev.millrace.monitor.profile.CallTree.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a flight recording of a run's process says: what its processors, its heap, its locks and its
 * sockets and files were used for, by stage and by method. It takes some 50 MB at most, however
 * long the recording is. Immutable.
 */
public final class Profile {

  private static final int MOST_METHODS = 10;

  /** A recording has its first event within that; later, its beginning was given up. */
  private static final Duration WHOLE = Duration.ofSeconds(3);

  private final Subject subject;
  private final Reading reading;
  private final List<Line> stages;
  private final List<Line> steps;
  private final List<Line> outside;

  /**
   * What a stage did, a step that is none, or somebody outside of both.
   *
   * @param name of it
   * @param label by which the graphs have it
   * @param measured by the stage's own count; null of what is no stage
   * @param cpuSamples taken of its threads
   * @param cpuSeconds as the samples have it
   * @param allocatedBytes as the samples have it
   * @param lockedSeconds of waits that were recorded
   * @param ioSeconds of calls that were recorded
   * @param socketReadBytes of these
   * @param socketWrittenBytes of these
   * @param fileReadBytes of these
   * @param fileWrittenBytes of these
   * @param cpuMethods that were on top of most samples
   * @param allocatingMethods that made most
   * @param lockingMethods that waited longest for locks
   * @param ioMethods that waited longest for sockets and files
   */
  record Line(
      String name,
      @JsonIgnore String label,
      @Nullable Measured measured,
      long cpuSamples,
      double cpuSeconds,
      long allocatedBytes,
      double lockedSeconds,
      double ioSeconds,
      long socketReadBytes,
      long socketWrittenBytes,
      long fileReadBytes,
      long fileWrittenBytes,
      List<Method> cpuMethods,
      List<Method> allocatingMethods,
      List<Method> lockingMethods,
      List<Method> ioMethods) {}

  /**
   * A method, and what of its group's samples it had itself.
   *
   * @param method by class and name
   * @param value seconds or bytes
   * @param share of the group's, from 0 to 1
   */
  record Method(String method, double value, double share) {}

  /** All of it but the calls, as its JSON has it. */
  record Document(
      String runId,
      String title,
      String runner,
      Instant began,
      double seconds,
      double lostSeconds,
      int cpuSampleMillis,
      List<Line> stages,
      List<Line> steps,
      List<Line> outside,
      Collections collections,
      double compilerSeconds) {}

  /** What the garbage collector did. */
  record Collections(long count, double pauseSeconds) {}

  private Profile(Subject subject, Reading reading) {
    this.subject = subject;
    this.reading = reading;
    this.stages = lines(Group.Kind.STAGE);
    this.steps = lines(Group.Kind.STEP);
    this.outside = lines(Group.Kind.OUTSIDE);
  }

  /**
   * Of a recording.
   *
   * @param recording a file of the JDK's flight recorder
   * @param subject the run
   * @throws IOException if the file cannot be read
   */
  public static Profile of(Path recording, Subject subject) throws IOException {
    return new Profile(subject, Reading.of(recording));
  }

  /**
   * The events and thresholds to record by, as {@code jdk.jfr.Recording#setSettings} takes them.
   */
  public static Map<String, String> settings() {
    return Settings.all();
  }

  private List<Line> lines(Group.Kind kind) {
    Set<Group> groups = new LinkedHashSet<>(reading.sums().keySet());
    subject.stages().keySet().forEach(name -> groups.add(Group.stage(name)));
    return groups.stream()
        .filter(group -> group.kind() == kind)
        .map(this::line)
        .sorted(Comparator.comparingDouble(Profile::weight).reversed().thenComparing(Line::name))
        .toList();
  }

  private static double weight(Line line) {
    return line.cpuSeconds() + line.lockedSeconds() + line.ioSeconds();
  }

  private Line line(Group group) {
    GroupSums sums = reading.sums().getOrDefault(group, new GroupSums());
    return new Line(
        group.name(),
        group.label(),
        group.kind() == Group.Kind.STAGE ? subject.stages().get(group.name()) : null,
        sums.samples,
        sums.samples * Settings.SAMPLE_MILLIS / 1e3,
        sums.allocatedBytes,
        Reading.seconds(sums.lockNanos),
        Reading.seconds(sums.ioNanos),
        sums.socketRead,
        sums.socketWritten,
        sums.fileRead,
        sums.fileWritten,
        methods(View.CPU, group),
        methods(View.ALLOCATION, group),
        methods(View.LOCKS, group),
        methods(View.IO, group));
  }

  private List<Method> methods(View view, Group group) {
    for (Node node : reading.tree(view).root().unordered()) {
      if (node.name().equals(group.label())) {
        Map<String, Long> self = new HashMap<>();
        node.unordered().forEach(call -> selves(call, self));
        double unit = view.unit().equals("seconds") ? 1e9 : 1;
        return self.entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(MOST_METHODS)
            .map(
                each ->
                    new Method(
                        each.getKey(),
                        each.getValue() / unit,
                        each.getValue() / (double) node.total()))
            .toList();
      }
    }
    return List.of();
  }

  /** What a call dealt with is its own. */
  private static void selves(Node call, Map<String, Long> self) {
    List<Node> calls = new ArrayList<>();
    long own = call.self();
    for (Node within : call.unordered()) {
      if (within.isThing()) {
        own += within.total();
      } else {
        calls.add(within);
      }
    }
    if (own > 0 && !call.isThing()) {
      self.merge(call.name(), own, Long::sum);
    }
    calls.forEach(each -> selves(each, self));
  }

  /**
   * One HTML file with flame graphs. It refers to nothing, and runs no script but its own, which
   * only ever sets text as text.
   */
  public String html() {
    return ProfilePage.of(this);
  }

  /**
   * One JSON object: the stages, other steps and who else there was, with the methods that took
   * most.
   */
  public String json() {
    return Json.write(document());
  }

  Document document() {
    return new Document(
        subject.runId(),
        subject.title(),
        subject.runner(),
        subject.began(),
        subject.seconds(),
        lostSeconds(),
        Settings.SAMPLE_MILLIS,
        stages,
        steps,
        outside,
        new Collections(reading.collections(), reading.pauseSeconds()),
        reading.compiledSeconds());
  }

  /** How much of the beginning was given up for want of room. */
  private double lostSeconds() {
    Instant first = reading.first();
    Duration lost = first == null ? Duration.ZERO : Duration.between(subject.began(), first);
    return lost.compareTo(WHOLE) > 0 ? lost.toMillis() / 1e3 : 0;
  }

  CallTree tree(View view) {
    return reading.tree(view);
  }
}
