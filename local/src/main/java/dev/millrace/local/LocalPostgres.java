// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A PostgreSQL server of this machine, started for the caller and ended with it.
 *
 * <p>It listens on loopback at a free port, lets the superuser {@code postgres} in without a
 * password, sorts by code point ({@code C.UTF-8}, the server's own, so that every machine agrees)
 * and keeps its data in a temporary folder that goes away with it. It ends when it is closed, when
 * the JVM exits, and, on systems with {@code sh}, also when the JVM is killed.
 *
 * <p>Safe for use by several threads.
 */
public final class LocalPostgres implements AutoCloseable {

  private static final Duration STARTUP_LIMIT = Duration.ofSeconds(60);

  private final EmbeddedPostgres server;
  private final Path dataDirectory;
  private Watchdog watchdog;

  private LocalPostgres(EmbeddedPostgres server, Path dataDirectory, Watchdog watchdog) {
    this.server = server;
    this.dataDirectory = dataDirectory;
    this.watchdog = watchdog;
  }

  /**
   * Starts a server and returns once it answers.
   *
   * @throws IOException if it cannot be unpacked or does not answer within a minute
   */
  public static LocalPostgres start(Settings settings) throws IOException {
    Path data = Files.createTempDirectory("millrace-postgres-");
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(true)
            .setPGStartupWait(STARTUP_LIMIT)
            .setLocaleConfig("locale-provider", "builtin")
            .setLocaleConfig("builtin-locale", "C.UTF-8")
            .setLocaleConfig("locale", "C");
    settings.parameters().forEach(builder::setServerConfig);
    try {
      return new LocalPostgres(builder.start(), data, Watchdog.over(data));
    } catch (IOException | IllegalStateException e) {
      throw new IOException("Cannot start a local PostgreSQL: " + e.getMessage(), e);
    }
  }

  /** The address of the database {@code postgres}, user included. */
  public String jdbcUrl() {
    return jdbcUrl("postgres");
  }

  /** The address of one database of this server, user included. The database need not exist yet. */
  public String jdbcUrl(String database) {
    return server.getJdbcUrl("postgres", database);
  }

  /** The port on loopback. */
  public int port() {
    return server.getPort();
  }

  /** The server's data folder, with its {@code pg_hba.conf} and {@code postmaster.pid}. */
  public Path dataDirectory() {
    return dataDirectory;
  }

  /**
   * Stops the server at once, as a crash does: nothing is written down and no client is told. What
   * was committed is there again after {@link #restart}.
   *
   * @throws IOException if it does not end
   */
  public synchronized void crash() throws IOException {
    watchdog.close();
    Postmaster.of(dataDirectory).crash();
  }

  /**
   * Starts a server again that crashed, at the same port, and returns once it answers.
   *
   * @throws IOException if it does not answer within a minute
   */
  public synchronized void restart() throws IOException {
    Postmaster.of(dataDirectory).start(STARTUP_LIMIT);
    watchdog = Watchdog.over(dataDirectory);
  }

  /** Stops the server and removes its data. Closing twice does nothing. */
  @Override
  public synchronized void close() throws IOException {
    server.close();
    watchdog.close();
  }

  /**
   * The parameters a server is started with, as in {@code postgresql.conf}. A value holds no blanks
   * and no quotes, as it passes through a shell.
   */
  public record Settings(Map<String, String> parameters) {

    public Settings {
      parameters.forEach(
          (name, value) -> {
            if (!value.matches("[\\w.,:/*-]+")) {
              throw new IllegalArgumentException(
                  "Invalid value of " + name + ": " + value + " (must be one word)");
            }
          });
      parameters = Map.copyOf(parameters);
    }

    /** Nothing survives a crash of the machine: for tests that end with the server. */
    public static Settings fast() {
      return durable()
          .with("fsync", "off")
          .with("synchronous_commit", "off")
          .with("full_page_writes", "off");
    }

    /** PostgreSQL's own defaults: what is committed is on disk. For benchmarks and kill tests. */
    public static Settings durable() {
      return new Settings(
          Map.of(
              "fsync", "on",
              "synchronous_commit", "on",
              "full_page_writes", "on",
              "max_connections", "100"));
    }

    /** These settings with one parameter set. */
    public Settings with(String name, String value) {
      Map<String, String> changed = new LinkedHashMap<>(parameters);
      changed.put(name, value);
      return new Settings(changed);
    }
  }
}
