// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A Flink cluster of processes of this machine that outlives its caller: a JobManager, TaskManagers
 * and a supervisor that replaces each of them that dies. It listens on loopback only.
 *
 * <p>All that is known of it stands in one folder, so that any process can look at it and end it.
 */
public final class FlinkCluster {

  /** Where Flink's own users expect it. */
  public static final int USUAL_PORT = 8081;

  private static final String HOST = FlinkConfig.LOOPBACK;
  private static final Duration READY = Duration.ofMinutes(4);
  private static final Duration END = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int TRIES = 4;

  /** The exit code that stands for SIGKILL. */
  private static final int KILLED = 137;

  /** As the JobManager says of its ports. */
  private static final String PORT_TAKEN = "BindException";

  private final ClusterFolder folder;

  private FlinkCluster(ClusterFolder folder) {
    this.folder = folder;
  }

  /** The cluster of a folder, which need not exist. */
  public static FlinkCluster in(Path folder) {
    return new FlinkCluster(new ClusterFolder(folder.toAbsolutePath().normalize()));
  }

  /**
   * What to start.
   *
   * @param lib the folder with the jars of Flink
   * @param taskManagers 1 or more
   * @param slots of each TaskManager, 1 or more
   * @param port of REST and web UI; 0 for {@link #USUAL_PORT}, or any other if that is taken
   * @param heap of each TaskManager in MiB, 256 or more
   * @param metricsPort where the first job of the first TaskManager serves what it measures, others
   *     at the next ports that are free; 0 for nowhere
   */
  public record Settings(
      Path lib, int taskManagers, int slots, int port, int heap, int metricsPort) {

    /** Without metrics. */
    public Settings(Path lib, int taskManagers, int slots, int port, int heap) {
      this(lib, taskManagers, slots, port, heap, 0);
    }

    public Settings {
      if (taskManagers < 1 || slots < 1) {
        throw new IllegalArgumentException(
            "Invalid size: %d TaskManagers of %d slots (must be 1 or more of each)"
                .formatted(taskManagers, slots));
      }
      if (heap < 256) {
        throw new IllegalArgumentException("Invalid heap: " + heap + " MiB (must be 256 or more)");
      }
    }
  }

  /** A process of the cluster; {@code starts} counts the first. */
  public record Member(String name, long pid, boolean alive, int starts) {}

  /**
   * How a cluster stands.
   *
   * @param members all its processes, the supervisor among them
   */
  public record State(
      Path folder, int port, int taskManagers, int slots, Instant since, List<Member> members) {

    public State {
      members = List.copyOf(members);
    }

    /** Whether somebody replaces what dies. */
    public boolean supervised() {
      return members.stream()
          .anyMatch(member -> member.name().equals(ClusterFolder.SUPERVISOR) && member.alive());
    }

    /** The address to give to a client. */
    public String address() {
      return HOST + ":" + port;
    }

    /** What the cluster tells of itself. */
    public FlinkRest rest() {
      return FlinkRest.at(HOST, port);
    }
  }

  /** How the cluster stands; empty if none was started, or its last was ended. */
  public Optional<State> state() throws IOException {
    Optional<Properties> found = folder.load();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Properties cluster = found.get();
    List<Member> members = new ArrayList<>();
    folder
        .recorded()
        .forEach(
            (name, recorded) ->
                members.add(
                    new Member(
                        name,
                        recorded.process().pid(),
                        recorded.process().find().isPresent(),
                        recorded.starts())));
    return Optional.of(
        new State(
            folder.path(),
            Integer.parseInt(cluster.getProperty("port")),
            Integer.parseInt(cluster.getProperty("taskmanagers")),
            Integer.parseInt(cluster.getProperty("slots")),
            Instant.parse(cluster.getProperty("since")),
            members));
  }

  /**
   * Starts the cluster and returns once it answers and every slot is there. What was started is
   * ended if that fails.
   *
   * @param stopped asked now and then; true ends what was started
   * @throws IllegalArgumentException if the port is taken, or Flink's jars are not there
   * @throws IllegalStateException if a cluster runs in this folder, or this one does not start
   * @throws InterruptedException if {@code stopped} said so
   */
  public State up(Settings settings, BooleanSupplier stopped)
      throws IOException, InterruptedException {
    Files.createDirectories(folder.path());
    FileChannel held = lock();
    try {
      if (state().isPresent() && !processes().isEmpty()) {
        throw new IllegalStateException(
            "Cannot start a cluster: one runs already in " + folder.path());
      }
      requireJars(settings.lib());
      try {
        return start(settings, stopped);
      } catch (IllegalStateException failure) {
        if (!String.valueOf(failure.getMessage()).contains(PORT_TAKEN)) {
          throw failure;
        }
        // Somebody was faster; another port is as good.
        return start(settings, stopped);
      }
    } finally {
      held.close();
    }
  }

  private State start(Settings settings, BooleanSupplier stopped)
      throws IOException, InterruptedException {
    folder.prepare();
    Properties cluster = describe(settings);
    folder.save(cluster);
    Files.writeString(folder.conf().resolve("config.yaml"), FlinkConfig.yaml(folder, cluster));
    Files.writeString(folder.conf().resolve("log4j.properties"), FlinkConfig.log4j());
    try {
      Process supervisor = startSupervisor(cluster);
      awaitReady(supervisor, settings, stopped);
      return state().orElseThrow();
    } catch (IOException | RuntimeException | InterruptedException failure) {
      end();
      throw failure;
    }
  }

  /** Ends the cluster and returns what there was; empty if there was nothing to end. */
  public Optional<State> down() throws IOException, InterruptedException {
    if (!Files.isDirectory(folder.path())) {
      return Optional.empty();
    }
    FileChannel held = lock();
    try {
      Optional<State> state = state();
      end();
      return state;
    } finally {
      held.close();
    }
  }

  /** Keeps others from starting or ending this cluster until what is returned is closed. */
  private FileChannel lock() throws IOException {
    FileChannel channel =
        FileChannel.open(folder.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Somebody within this process.
    }
    channel.close();
    throw new IllegalStateException(
        "Cannot work on the cluster in %s: another process starts or ends it just now"
            .formatted(folder.path()));
  }

  private static void requireJars(Path lib) throws IOException {
    if (Files.isDirectory(lib)) {
      try (Stream<Path> jars = Files.list(lib)) {
        if (jars.anyMatch(jar -> jar.getFileName().toString().startsWith("flink-runtime-"))) {
          return;
        }
      }
    }
    throw new IllegalArgumentException(
        "Cannot start a cluster: Flink is not in " + lib + "; build Millrace first");
  }

  private static Properties describe(Settings settings) throws IOException {
    Properties cluster = new Properties();
    cluster.setProperty("id", UUID.randomUUID().toString());
    cluster.setProperty("since", Instant.now().toString());
    cluster.setProperty("lib", settings.lib().toAbsolutePath().normalize().toString());
    cluster.setProperty("taskmanagers", Integer.toString(settings.taskManagers()));
    cluster.setProperty("slots", Integer.toString(settings.slots()));
    cluster.setProperty("heap", Integer.toString(settings.heap()));
    cluster.setProperty("metrics", Integer.toString(settings.metricsPort()));
    Ports ports = new Ports(new SecureRandom());
    int port = choosePort(settings.port(), ports);
    cluster.setProperty("port", Integer.toString(port));
    cluster.setProperty("rpc", Integer.toString(ports.choose(port)));
    return cluster;
  }

  private static int choosePort(int wanted, Ports ports) throws IOException {
    int port = wanted == 0 ? USUAL_PORT : wanted;
    if (Ports.isFree(port)) {
      return port;
    }
    if (wanted != 0) {
      throw new IllegalArgumentException(
          "Invalid port: " + wanted + " (must be free; another process listens there)");
    }
    return ports.choose(port);
  }

  /** Starts it so that neither Ctrl+C nor the end of the terminal reaches it. */
  private Process startSupervisor(Properties cluster) throws IOException {
    List<String> java =
        List.of(
            FlinkProcess.java(),
            FlinkProcess.MARK + cluster.getProperty("id"),
            "-Xmx16m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            ownClasses().toString(),
            Supervisor.class.getName(),
            folder.path().toString());
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(Path.of("/bin/sh"))) {
      command.addAll(List.of("/bin/sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh"));
    }
    command.addAll(java);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.path().toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.log(ClusterFolder.SUPERVISOR).toFile());
    FlinkProcess.clean(builder.environment());
    Process supervisor = builder.start();
    supervisor.getOutputStream().close();
    return supervisor;
  }

  /** The supervisor needs nothing but the classes of this package. */
  private static Path ownClasses() {
    URL location = FlinkCluster.class.getProtectionDomain().getCodeSource().getLocation();
    return Path.of(URI.create(location.toString()));
  }

  private void awaitReady(Process supervisor, Settings settings, BooleanSupplier stopped)
      throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(READY);
    State state = state().orElseThrow();
    FlinkRest rest = state.rest();
    int slots = settings.taskManagers() * settings.slots();
    String seen = "it does not answer";
    while (Instant.now().isBefore(deadline)) {
      if (stopped.getAsBoolean()) {
        throw new InterruptedException("stopped");
      }
      if (!supervisor.isAlive()) {
        throw notReady(
            "its supervisor ended "
                + with(supervisor.exitValue())
                + lastWords(ClusterFolder.SUPERVISOR));
      }
      Optional<Member> failing =
          state().orElseThrow().members().stream()
              .filter(member -> member.starts() > TRIES)
              .findFirst();
      if (failing.isPresent()) {
        throw notReady(ended(failing.get()));
      }
      try {
        int registered = rest.overview().slots();
        if (registered == slots) {
          return;
        }
        seen = registered + " of " + slots + " slots are there";
      } catch (IOException e) {
        // Not yet: there is a deadline.
      }
      Thread.sleep(POLL.toMillis());
    }
    String blamed =
        state().orElseThrow().members().stream()
            .filter(member -> !member.name().equals(ClusterFolder.SUPERVISOR))
            .filter(member -> LastWords.of(files(member.name())).isPresent())
            .map(member -> ", " + member.name() + lastWords(member.name()))
            .findFirst()
            .orElse("");
    throw notReady("after " + READY.toSeconds() + " s " + seen + blamed);
  }

  private String ended(Member member) throws IOException {
    OptionalInt exitCode = folder.exitCode(member.name());
    return "%s ended %d times as soon as it started, last %s%s"
        .formatted(
            member.name(),
            member.starts() - 1,
            exitCode.isPresent() ? with(exitCode.getAsInt()) : "with an unknown exit code",
            lastWords(member.name()));
  }

  private static String with(int exitCode) {
    return exitCode == KILLED
        ? "killed by a signal, as the system does when memory is short"
        : "with exit code " + exitCode;
  }

  private String lastWords(String process) {
    return LastWords.of(files(process)).map(words -> ": " + words).orElse("");
  }

  private List<Path> files(String process) {
    return List.of(folder.out(process), folder.log(process));
  }

  private IllegalStateException notReady(String why) {
    return new IllegalStateException(
        "Cannot start a cluster: %s; see the logs in %s".formatted(why, folder.logs()));
  }

  /**
   * The processes that still run: those written down, and any other of this machine that names this
   * cluster in its command line, so that one started and not yet written down is found as well.
   */
  private Set<ProcessHandle> processes() throws IOException {
    Set<ProcessHandle> processes = new HashSet<>();
    folder.recorded().values().stream()
        .flatMap(recorded -> recorded.process().find().stream())
        .forEach(processes::add);
    folder
        .load()
        .map(cluster -> FlinkProcess.MARK + cluster.getProperty("id"))
        .ifPresent(
            mark ->
                ProcessHandle.allProcesses()
                    .filter(
                        process ->
                            process
                                .info()
                                .arguments()
                                .filter(arguments -> List.of(arguments).contains(mark))
                                .isPresent())
                    .forEach(processes::add));
    return processes;
  }

  /** Ends the supervisor, which ends the others; then whatever is left. */
  private void end() throws IOException, InterruptedException {
    Optional<ProcessHandle> supervisor = supervisor();
    if (supervisor.isPresent()) {
      supervisor.get().destroy();
    } else {
      processes().forEach(ProcessHandle::destroy);
    }
    Instant deadline = Instant.now().plus(END);
    for (Set<ProcessHandle> left = processes(); !left.isEmpty(); left = processes()) {
      if (Instant.now().isAfter(deadline)) {
        left.forEach(ProcessHandle::destroyForcibly);
      }
      Thread.sleep(POLL.toMillis());
    }
    folder.clear();
  }

  private Optional<ProcessHandle> supervisor() throws IOException {
    return Optional.ofNullable(folder.recorded().get(ClusterFolder.SUPERVISOR))
        .flatMap(recorded -> recorded.process().find());
  }
}
