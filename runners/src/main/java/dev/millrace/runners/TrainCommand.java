// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.millrace.benchmarks.copy.Viewer;
import dev.millrace.local.LocalPostgres;
import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Loads the classes that a run needs, by running one on each runner, watched, and a backfill, so
 * that the launcher can keep them in an archive. Says nothing; changes nothing outside a server of
 * its own.
 */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {

  @Override
  public Integer call() throws Exception {
    Path state = Files.createTempDirectory("millrace-train");
    try {
      return train(state);
    } finally {
      MoreFiles.deleteRecursively(state, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static int train(Path state) throws Exception {
    // So that the classes that read such a file are among those kept.
    Files.writeString(state.resolve("millrace.yaml"), "quiet: true\n");
    Path data = Files.createDirectory(state.resolve("data"));
    GeneratedData.ofSeed(1).withStations(1).withHours(48).writeTo(data);
    try (LocalPostgres postgres = LocalPostgres.start(LocalPostgres.Settings.fast());
        Viewer viewer = new Viewer()) {
      Console nowhere =
          new Console(
              new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
              new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
              Map.of(
                  "XDG_STATE_HOME",
                  state.toString(),
                  "MILLRACE_METRICS_PORT",
                  Integer.toString(viewer.metricsPort())),
              state,
              0);
      Millrace.run(nowhere, "--help");
      String url = postgres.jdbcUrl();
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        statement.execute(
            "create table a as select i as id, i::text as name, i * 1.5 as amount, now() as at,"
                + " current_date as day, i % 2 = 0 as even from generate_series(1, 1000) as i");
        statement.execute("create table b (like a)");
        statement.execute("alter table b add primary key (id)");
      }
      for (String runner : List.of("direct", "flink")) {
        Millrace.run(
            nowhere,
            "sync",
            "--source=" + url,
            "--table=a",
            "--target=" + url,
            "--into=b",
            "--mode=upsert",
            "--key=id",
            "--json",
            "--dashboard=" + viewer.dashboardPort(),
            "--runner=" + runner);
      }
      Millrace.run(
          nowhere,
          "backfill",
          "--from=2013-03-01",
          "--to=2013-03-02",
          "--target=" + url,
          "--data=" + data,
          "--json");
    }
    return ExitCode.DONE;
  }
}
