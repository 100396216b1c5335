// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local;

import dev.millrace.local.flink.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Redis server of this machine, started for the caller and ended with it.
 *
 * <p>It listens on loopback at a free port and keeps nothing on disk. Its folder is a temporary
 * one, which goes away with it. It ends when it is closed, and, on systems with {@code sh}, also
 * when the JVM exits or is killed. The program is a Redis 6.2 of the class path, for Linux and
 * macOS; on Linux it needs OpenSSL 3.
 *
 * <p>Safe for use by several threads.
 */
public final class LocalRedis implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final int ANSWER_MILLIS = 1_000;

  private final Path folder;
  private final int port;
  private final Settings settings;
  private Process process;
  private Watchdog watchdog;

  private LocalRedis(Path folder, int port, Settings settings) throws IOException {
    this.folder = folder;
    this.port = port;
    this.settings = settings;
    this.process = begin();
    this.watchdog = Watchdog.over(process.pid(), "KILL", folder);
  }

  /**
   * Starts a server and returns once it answers.
   *
   * @throws IOException if there is no program for this system, it does not run here, or it does
   *     not answer within half a minute
   */
  public static LocalRedis start(Settings settings) throws IOException {
    Path folder = Files.createTempDirectory("millrace-redis-");
    try {
      unpack(folder.resolve("redis-server"));
      return new LocalRedis(folder, new Ports(new SecureRandom()).choose(0), settings);
    } catch (IOException e) {
      delete(folder);
      throw e;
    }
  }

  private static void unpack(Path program) throws IOException {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    boolean arm = processor.equals("aarch64") || processor.equals("arm64");
    String name =
        system.contains("mac")
            ? "redis-server-6.2.6-v5-darwin-" + (arm ? "arm64" : "amd64")
            : "redis-server-" + (arm ? "6.2.7-linux-arm64" : "6.2.6-v5-linux-amd64");
    boolean known = system.contains("mac") || system.contains("linux");
    try (InputStream in = LocalRedis.class.getResourceAsStream("/" + name)) {
      if (in == null || !known) {
        throw new IOException(
            "Cannot start a local Redis: there is no program for %s on %s"
                .formatted(system, processor));
      }
      Files.copy(in, program);
    }
    if (!program.toFile().setExecutable(true)) {
      throw new IOException("Cannot start a local Redis: " + program + " cannot be executed");
    }
  }

  private Process begin() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(folder.resolve("redis-server").toString());
    Map<String, String> all = new LinkedHashMap<>();
    all.put("port", Integer.toString(port));
    all.put("bind", "127.0.0.1");
    all.put("save", "");
    all.put("appendonly", "no");
    all.put("dir", folder.toString());
    all.putAll(settings.parameters());
    all.forEach((name, value) -> command.addAll(List.of("--" + name, value)));
    Path log = folder.resolve("redis.log");
    Process started =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    for (long waited = 0; !answers(); waited += LOOK_EVERY.toMillis()) {
      if (!started.isAlive() || waited > LIMIT.toMillis()) {
        started.destroyForcibly();
        List<String> said = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        throw new IOException(
            "Cannot start a local Redis: "
                + (said.isEmpty() ? "it said nothing" : said.get(said.size() - 1)));
      }
      pause();
    }
    return started;
  }

  /** Also a server that asks for a password, or loads its data, has started. */
  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), 1_000);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() >= 0;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** The address of database 0, as in {@code redis://127.0.0.1:6379}. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** The port on loopback. */
  public int port() {
    return port;
  }

  /** Ends the server at once, as a crash does. What it held is gone. */
  public synchronized void kill() throws IOException {
    watchdog.close();
    process.destroyForcibly();
    await(process);
  }

  /**
   * Starts a server again that was killed, at the same port and empty, and returns once it answers.
   *
   * @throws IOException if it does not answer within half a minute
   */
  public synchronized void restart() throws IOException {
    process = begin();
    watchdog = Watchdog.over(process.pid(), "KILL", folder);
  }

  /** Stops the server where it stands: connections are taken by the system, and nothing answers. */
  public synchronized void stop() throws IOException {
    signal("-STOP");
  }

  /** Lets the server go on after {@link #stop}. */
  public synchronized void resume() throws IOException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException {
    Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
    await(kill);
    if (kill.exitValue() != 0) {
      throw new IOException("Cannot send " + signal + " to the local Redis: it is not there");
    }
  }

  /** Ends the server and removes its folder. Closing twice does nothing. */
  @Override
  public synchronized void close() throws IOException {
    kill();
    delete(folder);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private static void await(Process ending) throws IOException {
    try {
      if (!ending.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("Cannot wait for " + ending.info() + ": it goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot wait for " + ending.info(), e);
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot wait for the server", e);
    }
  }

  /** The parameters a server is started with, as in {@code redis.conf}. */
  public record Settings(Map<String, String> parameters) {

    /** Redis's own defaults. */
    public static final Settings DEFAULT = new Settings(Map.of());

    public Settings {
      parameters = Map.copyOf(parameters);
    }

    /** These settings with one parameter set, as in {@code maxmemory} to {@code 2mb}. */
    public Settings with(String name, String value) {
      Map<String, String> changed = new LinkedHashMap<>(parameters);
      changed.put(name, value);
      return new Settings(changed);
    }
  }
}
