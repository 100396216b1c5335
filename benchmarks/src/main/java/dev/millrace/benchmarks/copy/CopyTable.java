// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.copy.CopyResult.Line;
import dev.millrace.benchmarks.copy.CopyResult.Setting;
import dev.millrace.benchmarks.measure.Spread;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A {@link CopyResult} as text of fixed width, for people. */
public final class CopyTable {

  private static final String ROW = "%-7s %-20s %11s  %-26s  %-18s  %-18s  %7s  %7s  %8s%n";
  private static final String UNKNOWN = "n/a";

  private CopyTable() {}

  /** Medians over the rounds; the smallest and the largest in brackets. */
  public static String of(CopyResult result) {
    StringBuilder text = new StringBuilder(caption(result.setting()));
    text.append(
        ROW.formatted(
            "mode",
            "contender",
            "rows",
            "rows/s",
            "x pipe",
            "x JdbcIO",
            "CPU s",
            "server",
            "peak"));
    text.append(ROW.formatted("", "", "", "", "", "(same runner)", "per M", "CPU s/M", "RSS MiB"));
    for (Line line : result.lines()) {
      text.append(
          ROW.formatted(
              line.mode(),
              line.contender(),
              number("%,.0f", (double) line.rows()),
              spread("%,.0f", line.rowsPerSecond()),
              spread("%.2f", line.toPipe()),
              spread("%.1f", line.toBaseline()),
              median("%.1f", line.cpuSecondsPerMillionRows()),
              median("%.1f", line.serverCpuSecondsPerMillionRows()),
              line.peakRssBytes() == null
                  ? UNKNOWN
                  : number("%.0f", line.peakRssBytes() / 1048576.0)));
    }
    return text.toString();
  }

  private static String caption(Setting setting) {
    return """
        PostgreSQL %s, fsync %s, synchronous_commit %s, shared_buffers %s, max_wal_size %s; %d processors; Java %s
        10 columns; append: no index; upsert: primary key, every tenth row there in an older version
        parallelism %d, -Xmx %s (JdbcIO %s), %d round(s): median (min..max); each run was verified by count and checksum

        """
        .formatted(
            setting.server(),
            setting.fsync(),
            setting.synchronousCommit(),
            setting.sharedBuffers(),
            setting.maxWalSize(),
            setting.processors(),
            setting.java(),
            setting.parallelism(),
            setting.heap(),
            setting.baselineHeap(),
            setting.rounds());
  }

  private static String spread(String format, @Nullable Spread spread) {
    return spread == null
        ? UNKNOWN
        : "%s (%s..%s)"
            .formatted(
                number(format, spread.median()),
                number(format, spread.min()),
                number(format, spread.max()));
  }

  private static String median(String format, @Nullable Spread spread) {
    return spread == null ? UNKNOWN : number(format, spread.median());
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
