// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.copy.Runner;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The naive baseline of the hourly benchmark, in a JVM that stays: makes a day whenever it is told
 * of one, in a line, and all that reaches over days, and answers when that is done.
 */
public final class HourlyMain {

  private HourlyMain() {}

  /** Takes the database's URL and the number of threads. */
  public static void main(String[] args) throws IOException {
    Logger.getLogger("").setLevel(Level.OFF);
    ConnectionSpec server = ConnectionSpec.of(args[0]);
    int parallelism = Integer.parseInt(args[1]);
    BufferedReader days =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = days.readLine(); line != null; line = days.readLine()) {
      LocalDate day = LocalDate.parse(line);
      HourWindow window = new HourWindow(day.atStartOfDay(), day.plusDays(1).atStartOfDay());
      new StockBackfill(
              new BackfillJob(server, Runner.DIRECT, false, List.of(window), true, parallelism))
          .run();
      System.out.println("exit code 0");
    }
  }
}
