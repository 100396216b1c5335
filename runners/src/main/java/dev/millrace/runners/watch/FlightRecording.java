// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import dev.millrace.control.ByteSize;
import dev.millrace.monitor.profile.Measured;
import dev.millrace.monitor.profile.Profile;
import dev.millrace.monitor.profile.Subject;
import dev.millrace.monitor.report.ReportException;
import dev.millrace.monitor.report.ReportFile;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.observe.StageTime;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.run.Run;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what this process does, from the beginning of a run to its end, with the JDK's flight
 * recorder: {@code RUN.jfr}, and made of it {@code RUN.profile.json} and {@code RUN.profile.html}.
 * What a recording is made into can fail without harm to the run. Used by one thread.
 */
final class FlightRecording implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FlightRecording.class);

  /** Beyond it the oldest is given up. */
  private static final ByteSize MOST = ByteSize.ofMebibytes(256);

  /** Calls that a sample holds; those of a pipeline on Flink are deeper than the usual 64. */
  private static final String DEPTH = "stackdepth=256";

  /** What the JVM may take to write it down when it ends by a signal. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Run run;
  private final String title;
  private final Path folder;
  private final Path file;
  private final Recording recording;
  private final Instant began = Instant.now();

  private FlightRecording(Run run, String title, Path folder, Path file, Recording recording) {
    this.run = run;
    this.title = title;
    this.folder = folder;
    this.file = file;
    this.recording = recording;
  }

  /**
   * Begins to record.
   *
   * @param title what the run does, as in {@code sync a into b}
   * @param folder for the files; made if there is none
   * @throws UsageException if it cannot be written, or this JVM cannot be recorded
   */
  static FlightRecording start(Run run, String title, Path folder) {
    if (Children.haveArchive()) {
      throw new UsageException(
          "Invalid --record: %s (must be on the command line itself, for which the launcher leaves out"
                  .formatted(folder)
              + " its archive of classes: with that the JVM cannot be recorded)");
    }
    Path file = folder.resolve(run.id() + ".jfr");
    try {
      Files.createDirectories(folder);
      Files.createFile(file);
    } catch (IOException e) {
      throw refused(folder, why(e), e);
    }
    try {
      deepen();
      Recording recording = new Recording(Profile.settings());
      recording.setName(run.id());
      recording.setToDisk(true);
      recording.setMaxSize(MOST.bytes());
      recording.setDestination(file);
      // A signal has the JVM end all recordings at once, while the run still closes what it holds.
      recording.setDumpOnExit(true);
      recording.start();
      return new FlightRecording(run, title, folder, file, recording);
    } catch (IOException | RuntimeException e) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw refused(folder, String.valueOf(e.getMessage()), e);
    }
  }

  private static UsageException refused(Path folder, String why, Exception cause) {
    return new UsageException("Cannot record into %s: %s".formatted(folder, why), cause);
  }

  private static String why(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "it is not allowed to write there";
    }
    if (e instanceof NoSuchFileException) {
      return "there can be no such folder";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "there is a file of that name";
    }
    String reason = e instanceof FileSystemException failed ? failed.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }

  /** Only before the first recording of a JVM; later ones are as deep as that. */
  private static void deepen() {
    try {
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "jfrConfigure",
              new Object[] {new String[] {DEPTH}},
              new String[] {String[].class.getName()});
    } catch (JMException e) {
      LOG.debug("Samples hold the usual number of calls", e);
    }
  }

  /**
   * Ends it, and says what it held.
   *
   * @return for the summary: the files, or the {@code error} for which there are not all of them
   */
  Map<String, Object> end() {
    // A thread that was interrupted to end its work could neither wait nor write.
    boolean interrupted = Thread.interrupted();
    try {
      return made();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Map<String, Object> made() {
    Map<String, Object> told = new LinkedHashMap<>();
    try {
      finish();
      told.put("file", file.toString());
      Profile profile = Profile.of(file, subject());
      Path json = folder.resolve(run.id() + ".profile.json");
      Path html = folder.resolve(run.id() + ".profile.html");
      ReportFile.write(json, profile.json() + "\n");
      told.put("profile", json.toString());
      ReportFile.write(html, profile.html());
      told.put("page", html.toString());
      run.tell("The profile of this run is in %s, its recording in %s".formatted(html, file));
    } catch (IOException | ReportException | IllegalStateException e) {
      String error = "Cannot make a profile of %s: %s".formatted(file, e.getMessage());
      told.put("error", error);
      run.tell(error);
      LOG.debug("What the profile failed with", e);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      told.put("error", "Cannot make a profile of %s: it was interrupted".formatted(file));
    }
    return told;
  }

  /** Has it written to its file; after a signal the JVM does so itself, or did. */
  private void finish() throws InterruptedException {
    if (recording.getState() == RecordingState.RUNNING) {
      try {
        recording.stop();
      } catch (IllegalStateException overtaken) {
        LOG.debug("The JVM has ended the recording already", overtaken);
      }
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (recording.getState() != RecordingState.CLOSED) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the JVM has not written it within " + PATIENCE);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private Subject subject() {
    Map<String, Measured> stages = new HashMap<>();
    for (StageTime stage : Stage.since(run.stagesBefore())) {
      stages.put(
          stage.stage(),
          new Measured(
              stage.seconds(Spent.WORKING),
              stage.allocatedBytes(),
              stage.io().read(),
              stage.io().written()));
    }
    return new Subject(
        run.id(),
        title,
        run.options().runner.toString(),
        began,
        run.elapsed().toMillis() / 1e3,
        stages);
  }

  @Override
  public void close() {
    recording.close();
  }
}
