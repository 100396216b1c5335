// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is kept of a cluster between commands: how it was started, and its processes.
 *
 * @param path the folder, which need not exist
 */
record ClusterFolder(Path path) {

  static final String SUPERVISOR = "supervisor";
  static final String JOB_MANAGER = "jobmanager";

  Path conf() {
    return path.resolve("conf");
  }

  Path logs() {
    return path.resolve("log");
  }

  Path temporary() {
    return path.resolve("tmp");
  }

  Path lock() {
    return path.resolve("lock");
  }

  Path log(String process) {
    return logs().resolve(process + ".log");
  }

  /** What a process says outside its log, as when its JVM does not start. */
  Path out(String process) {
    return logs().resolve(process + ".out");
  }

  private Path ended() {
    return path.resolve("ended");
  }

  private Path processes() {
    return path.resolve("processes");
  }

  private Path state() {
    return path.resolve("cluster.properties");
  }

  /** Empties the folder but for checkpoints and savepoints, and makes what a cluster needs. */
  void prepare() throws IOException {
    clear();
    delete(logs());
    for (Path folder : List.of(conf(), logs(), temporary(), processes(), ended())) {
      Files.createDirectories(folder);
    }
  }

  /** Forgets the cluster; its logs, checkpoints and savepoints stay. */
  void clear() throws IOException {
    delete(processes());
    delete(ended());
    Files.deleteIfExists(state());
    delete(temporary());
    delete(conf());
  }

  void save(Properties cluster) throws IOException {
    Path next = path.resolve("cluster.properties.new");
    try (Writer out = Files.newBufferedWriter(next)) {
      cluster.store(out, null);
    }
    Files.move(next, state(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** How the cluster was started; empty if there is none. */
  Optional<Properties> load() throws IOException {
    try (Reader in = Files.newBufferedReader(state())) {
      Properties cluster = new Properties();
      cluster.load(in);
      return Optional.of(cluster);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Writes down a process, and how often one of its name was started. */
  void record(String name, ProcessId process, int starts) throws IOException {
    Path next = path.resolve(name + ".new");
    Files.writeString(next, starts + " " + process);
    Files.move(next, processes().resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Writes down with what exit code the last process of a name ended. */
  void recordEnd(String name, int exitCode) throws IOException {
    Path next = path.resolve(name + ".ended");
    Files.writeString(next, Integer.toString(exitCode));
    Files.move(next, ended().resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** With what exit code the last process of a name that ended did so; empty if none did. */
  OptionalInt exitCode(String name) throws IOException {
    try {
      return OptionalInt.of(Integer.parseInt(Files.readString(ended().resolve(name))));
    } catch (NoSuchFileException e) {
      return OptionalInt.empty();
    }
  }

  /** A process that was started, and how often one of its name was. */
  record Recorded(ProcessId process, int starts) {}

  /** The processes by name, whether or not they still run. */
  Map<String, Recorded> recorded() throws IOException {
    Map<String, Recorded> recorded = new TreeMap<>();
    if (Files.isDirectory(processes())) {
      try (Stream<Path> files = Files.list(processes())) {
        for (Path file : files.toList()) {
          String text = Files.readString(file);
          int space = text.indexOf(' ');
          recorded.put(
              file.getFileName().toString(),
              new Recorded(
                  ProcessId.parse(text.substring(space + 1)),
                  Integer.parseInt(text.substring(0, space))));
        }
      }
    }
    return recorded;
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path each : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
