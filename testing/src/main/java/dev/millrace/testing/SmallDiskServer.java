// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/**
 * A PostgreSQL with a tablespace named {@code small} on a file system of 16 MiB in memory, which
 * the server alone sees, since it is mounted in a namespace of its own. That takes no privilege but
 * that the kernel lets users make namespaces: see {@link SmallDisk#canBeMounted}.
 */
public final class SmallDiskServer extends TestDatabase implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final LocalPostgres server;

  private SmallDiskServer(LocalPostgres server) {
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param disk an empty folder that the file system is mounted on
   */
  public static SmallDiskServer start(Path disk)
      throws IOException, SQLException, InterruptedException {
    SmallDiskServer server =
        new SmallDiskServer(LocalPostgres.start(LocalPostgres.Settings.fast()));
    server.restartOn(disk);
    server.execute("CREATE TABLESPACE small LOCATION '" + disk + "'");
    return server;
  }

  /** Starts the server once more, where the folder is a small file system. */
  private void restartOn(Path disk) throws IOException, InterruptedException {
    Path data = server.dataDirectory();
    String command =
        Files.readString(data.resolve("postmaster.opts"), StandardCharsets.UTF_8).strip();
    server.crash();
    Path script = disk.resolveSibling(disk.getFileName() + ".sh");
    // A server refuses to run as root, which it is in the first namespace and not in the second.
    Files.writeString(
        script,
        "mount -t tmpfs -o size=16m,mode=0700 none '%s' && exec unshare -U %s\n"
            .formatted(disk, command));
    Path log = data.resolve("small.log");
    Process process =
        new ProcessBuilder("unshare", "-Urm", "sh", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!answers()) {
      if (!process.isAlive() || Instant.now().isAfter(deadline)) {
        throw new IOException("Cannot start a server: " + Files.readString(log));
      }
      Thread.sleep(20);
    }
    Files.delete(script);
  }

  private boolean answers() {
    try {
      connection().close();
      return true;
    } catch (SQLException notYet) {
      return false;
    }
  }

  @Override
  public String jdbcUrl() {
    return server.jdbcUrl();
  }

  /** Fills so many pages of 8 KiB of the disk, of 2,048, until the table {@code ballast} goes. */
  public void fill(int pages) throws SQLException {
    execute(
        "DROP TABLE IF EXISTS ballast",
        "CREATE TABLE ballast (b text) TABLESPACE small",
        "ALTER TABLE ballast ALTER b SET STORAGE PLAIN",
        "INSERT INTO ballast SELECT repeat('x', 8000) FROM generate_series(1, " + pages + ")");
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
