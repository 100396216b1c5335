// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.UnitLedger;
import dev.millrace.ledger.UnitRecord;
import dev.millrace.pipelines.airquality.AirQuality;
import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.pipelines.airquality.WindowSize;
import dev.millrace.pipelines.airquality.csv.CsvFile;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes windows of the medallion from bronze to gold, and what reaches over them.
 *
 * @param windows which, once bronze is there
 * @param summaries what each of them is of
 */
record BackfillWork(
    ConnectionSpec database,
    BackfillOptions options,
    Children children,
    Windows windows,
    WindowSize summaries)
    implements Work {

  /** Which windows to make. */
  @FunctionalInterface
  interface Windows {
    List<HourWindow> of(AirQuality airQuality) throws SQLException;
  }

  @Override
  public Outcome run(Run run) throws Exception {
    Credentials.check("target", database);
    if (options.data != null && !Files.exists(options.data)) {
      throw new UsageException(
          "Invalid --data: %s (must be a folder with the files of the data set)"
              .formatted(options.data));
    }
    AirQuality airQuality = AirQuality.in(database);
    String job = airQuality.job();
    if (run.options().dryRun) {
      return plan(airQuality, job).preview(bronze(), windows.of(airQuality));
    }
    try (UnitLedger ledger = UnitLedger.open(database, job, run.id())) {
      BackfillPlan plan = plan(airQuality, job);
      return new Backfill(run, options, plan, ledger, runner(run, airQuality))
          .run(bronze(), () -> windows.of(airQuality));
    }
  }

  private BackfillPlan plan(AirQuality airQuality, String job) throws SQLException {
    return new BackfillPlan(airQuality, options, summaries, options.forced(), known(job));
  }

  private Map<Unit, UnitRecord> known(String job) throws SQLException {
    Map<Unit, UnitRecord> known = new HashMap<>();
    for (UnitRecord each : UnitLedger.list(database, job)) {
      known.put(new Unit(each.stage(), each.part()), each);
    }
    return known;
  }

  /** A unit for each file. */
  private List<Unit> bronze() {
    List<Unit> units = new ArrayList<>();
    if (options.data != null) {
      for (CsvFile file : CsvFile.in(options.data, Uci.FILES)) {
        units.add(new Unit("bronze", file.location()));
      }
    }
    return units;
  }

  private UnitRunner runner(Run run, AirQuality airQuality) {
    return options.isolate == Isolation.NONE
        ? new OwnUnits(run, airQuality.withoutCache())
        : new ChildUnits(
            run, children, options.target, options.jvmFlags.words(), options.patience());
  }
}
