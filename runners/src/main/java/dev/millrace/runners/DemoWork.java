// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import dev.millrace.observe.Measure;
import dev.millrace.pipelines.airquality.AirQuality;
import dev.millrace.pipelines.airquality.Highlights;
import dev.millrace.pipelines.airquality.Stage;
import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Figures;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.option.Target;
import dev.millrace.runners.pipeline.PipelineRun;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.FlinkContext;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/**
 * Takes air quality from files to gold, one pipeline after another.
 *
 * @param data a folder of files; null to generate them
 * @param database where the tables are; null for an embedded server that lives as long as the run
 * @param cached whether what is unchanged since an earlier run is left out
 */
record DemoWork(@Nullable Path data, @Nullable ConnectionSpec database, boolean cached)
    implements Work {

  private static final long SEED = 20130301;

  @Override
  public Outcome run(Run run) throws Exception {
    if (data != null && !Files.isDirectory(data)) {
      throw new UsageException(
          "Invalid --data: %s (must be a folder with the files of the data set)".formatted(data));
    }
    if (run.options().dryRun) {
      return Outcome.planned(
          "Would take %s through bronze, silver and gold in %s"
              .formatted(
                  data == null ? "generated data" : data,
                  database == null ? "an embedded PostgreSQL" : database));
    }
    if (database != null) {
      Credentials.check("target", database);
      return onFiles(run, database);
    }
    requireNear(run.options().runner);
    try (LocalPostgres server = LocalPostgres.start(LocalPostgres.Settings.durable())) {
      return onFiles(run, ConnectionSpec.of(server.jdbcUrl()));
    }
  }

  /** An embedded server answers on this machine only, and is not in the job jar. */
  private static void requireNear(Target runner) throws IOException {
    boolean far =
        switch (runner.kind()) {
          case DIRECT -> false;
          case FLINK -> FlinkContext.isPresent();
          case CLUSTER -> !InetAddress.getByName(runner.host()).isLoopbackAddress();
        };
    if (far) {
      throw new UsageException(
          "Cannot run demo on %s: an embedded PostgreSQL answers on this machine only; name your"
                  .formatted(runner)
              + " own with --target");
    }
  }

  private Outcome onFiles(Run run, ConnectionSpec target) throws Exception {
    if (data != null) {
      return stages(run, target, data, "Data: " + data);
    }
    Path folder = Files.createTempDirectory("millrace-demo");
    try {
      GeneratedData.ofSeed(SEED).writeTo(folder);
      return stages(run, target, folder, "Data: generated, of the shape of the real (see --data)");
    } finally {
      delete(folder);
    }
  }

  private Outcome stages(Run run, ConnectionSpec target, Path folder, String about)
      throws Exception {
    AirQuality airQuality = AirQuality.in(target);
    if (database == null) {
      airQuality = airQuality.withoutMemory();
    } else if (!cached) {
      airQuality = airQuality.withoutCache();
    }
    Report report = new Report(about);
    long start = System.nanoTime();
    report.add(run(run, airQuality.bronze(folder), start));
    start = System.nanoTime();
    report.add(run(run, airQuality.silver(), start));
    start = System.nanoTime();
    report.add(run(run, airQuality.gold(), start));
    run.stopClock();
    return report.outcome(airQuality.highlights());
  }

  /** What a stage did, and how long it took. */
  private record Done(Stage stage, Stage.Counts told, Counts counts, double seconds) {}

  private static Done run(Run run, Stage stage, long start) throws Exception {
    if (stage.isUnchanged()) {
      return new Done(stage, stage.noCounts(), Counts.ZERO, seconds(start));
    }
    Pipeline pipeline = PipelineRun.pipeline(run, stage.name());
    stage.applyTo(pipeline);
    PipelineResult result =
        PipelineRun.toEnd(run, pipeline, stage.name(), Measure.ROWS_READ, stage.expectedRows());
    stage.keep();
    return new Done(stage, stage.counts(result), PipelineRun.counts(result), seconds(start));
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** The stages that are done, as lines and as fields. */
  private static final class Report {
    private final List<String> lines = new ArrayList<>();
    private final List<String> unchanged = new ArrayList<>();
    private final Map<String, Object> details = new LinkedHashMap<>();
    private Counts sum = Counts.ZERO;

    Report(String about) {
      lines.add(about);
      lines.add("");
      lines.add(Figures.row("stage", "read", "written", "rejected", "seconds", "rows/s"));
      details.put("data", about);
    }

    void add(Done done) {
      Map<String, Long> written = done.told().written();
      long main = written.values().iterator().next();
      lines.add(
          Figures.row(
              done.stage().name(),
              Figures.number(done.told().read()),
              Figures.number(main),
              Figures.number(done.told().rejected()),
              String.format(Locale.ROOT, "%.1f", done.seconds()),
              Figures.number(Math.round(done.told().read() / done.seconds()))));
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("rows_read", done.told().read());
      fields.put("rows_written", written);
      fields.put("rows_rejected", done.told().rejected());
      fields.put("seconds", Figures.thousandths(done.seconds()));
      add(done.stage().name(), done.stage().skipped(), fields);
      details.put(done.stage().name(), fields);
      sum = sum.plus(done.counts());
    }

    private void add(String stage, Stage.@Nullable Skipped skipped, Map<String, Object> fields) {
      if (skipped == null) {
        return;
      }
      fields.put("parts", skipped.of());
      fields.put("parts_unchanged", skipped.parts());
      fields.put("rows_unchanged", skipped.rows());
      fields.put("saved_seconds", Figures.thousandths(skipped.seconds()));
      fields.put("check_seconds", Figures.thousandths(skipped.checkSeconds()));
      if (skipped.parts() > 0) {
        String which =
            skipped.of() == 1
                ? "unchanged"
                : "%d of %d %s unchanged".formatted(skipped.parts(), skipped.of(), skipped.unit());
        unchanged.add(
            String.format(
                Locale.ROOT,
                "%s: %s, %,d rows not computed again; about %.1f s saved, %.1f s to find out",
                stage,
                which,
                skipped.rows(),
                skipped.seconds(),
                skipped.checkSeconds()));
      }
    }

    Outcome outcome(Highlights gold) {
      if (!unchanged.isEmpty()) {
        lines.add("");
        lines.addAll(unchanged);
      }
      lines.add("");
      if (gold.worstDay() != null) {
        Highlights.WorstDay day = gold.worstDay();
        lines.add(
            "Worst day: %s, AQI %d (%s), by %s at %s"
                .formatted(day.day(), day.aqi(), day.category(), day.dominant(), day.station()));
      }
      if (gold.longestRun() != null) {
        Highlights.LongestRun longest = gold.longestRun();
        lines.add(
            "Longest run of hours above AQI %d: %d, at %s from %s to %s, peak %d"
                .formatted(
                    longest.above(),
                    longest.hours(),
                    longest.station(),
                    longest.first(),
                    longest.last(),
                    longest.peak()));
      }
      if (gold.cleanestMonth() != null) {
        Highlights.CleanestMonth month = gold.cleanestMonth();
        lines.add(
            "Cleanest month: %s at %s, mean AQI %s over %d days"
                .formatted(month.month(), month.station(), month.meanAqi(), month.days()));
      }
      lines.add("");
      return new Outcome(sum, lines, details, ExitCode.DONE);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path each : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
