// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.kills;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the same kills do to stock {@code JdbcIO}, and that it is the kill that does it.
 *
 * @param calm a copy that nobody killed
 * @param killed a copy that was killed in the middle and run again
 */
public record StockControl(Verdict calm, Verdict killed) {

  private static final int LOOK_EVERY_MILLIS = 20;
  private static final int DEADLINE_MINUTES = 5;

  /** Copies twice, on a server of its own. */
  public static StockControl run(long rows) throws IOException, SQLException, InterruptedException {
    try (LocalPostgres server = LocalPostgres.start(LocalPostgres.Settings.durable())) {
      KillTables tables = KillTables.create(ConnectionSpec.of(server.jdbcUrl()), rows);
      finish(server);
      Verdict calm = tables.verdict();
      tables.reset();
      Process process = start(server);
      while (tables.committed() <= rows / 3) {
        if (process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new IllegalStateException("Cannot kill the control: it ended before");
        }
      }
      process.destroyForcibly().waitFor();
      finish(server);
      return new StockControl(calm, tables.verdict());
    }
  }

  private static Process start(LocalPostgres server) throws IOException {
    return StockCopy.process(server.jdbcUrl())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void finish(LocalPostgres server) throws IOException, InterruptedException {
    Process process = start(server);
    boolean ended = process.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly().waitFor();
    if (!ended || process.exitValue() != 0) {
      throw new IllegalStateException("Cannot run the control: JdbcIO failed");
    }
  }

  /** For people. */
  public List<String> lines() {
    return List.of(
        "Control, stock JdbcIO, left alone: " + calm,
        "Control, stock JdbcIO, killed once and run again: " + killed);
  }
}
