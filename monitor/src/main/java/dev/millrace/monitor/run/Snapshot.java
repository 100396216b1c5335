// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run stands, as its process sees it.
 *
 * @param time by the clock of the machine
 * @param seconds since it started
 * @param stalled whether nothing has moved for some seconds
 * @param waits what is waited for, a sentence each
 * @param progress how far the work is; null if it does not say
 * @param totals what was counted since it started, by name without unit, as {@code rows_read}
 * @param perSecond how the totals grew of late
 * @param stages what each spent its time on
 * @param flow which stage hands blocks to which
 * @param slowest where most of the time went; null if nowhere
 * @param metrics all that its process measures, by name and labels as Prometheus has them
 * @param alerts that fire
 * @param rejected rows since it started, by reason, as {@code unique_violation}
 * @param grid its parts; null if it has none
 */
public record Snapshot(
    Instant time,
    double seconds,
    boolean stalled,
    List<String> waits,
    @Nullable Progress progress,
    Map<String, Double> totals,
    Map<String, Double> perSecond,
    List<StageLine> stages,
    List<Edge> flow,
    @Nullable Slowest slowest,
    Map<String, Double> metrics,
    List<Alert> alerts,
    Map<String, Long> rejected,
    @Nullable Grid grid) {

  /** Takes it all; earlier versions wrote no alerts, no reasons and no parts. */
  public Snapshot {
    alerts = alerts == null ? List.of() : List.copyOf(alerts);
    rejected = rejected == null ? Map.of() : Map.copyOf(rejected);
  }

  /** The same, with what fires. */
  public Snapshot with(List<Alert> firing) {
    return new Snapshot(
        time, seconds, stalled, waits, progress, totals, perSecond, stages, flow, slowest, metrics,
        firing, rejected, grid);
  }

  /** The same, with its parts. */
  public Snapshot with(Grid parts) {
    return new Snapshot(
        time, seconds, stalled, waits, progress, totals, perSecond, stages, flow, slowest, metrics,
        alerts, rejected, parts);
  }

  /**
   * How far the work is.
   *
   * @param label what is being done
   * @param done units done
   * @param expected units in all, perhaps an estimate; null if unknown
   * @param unit what is counted, as {@code rows}
   */
  public record Progress(String label, long done, @Nullable Long expected, String unit) {}

  /**
   * What a stage did and spent.
   *
   * @param name as in {@code read public.item}
   * @param seconds that its threads were in it, together
   * @param threads that were in it on average
   * @param shares of its time, by what it was spent on, from 0 to 1
   * @param allocatedBytes on the heap, by its threads
   * @param blocks that went through it
   * @param rows in them
   * @param bytes of them
   * @param readBytes by its threads, from files, sockets and pipes
   * @param writtenBytes by its threads, to the same
   */
  public record StageLine(
      String name,
      double seconds,
      double threads,
      Map<String, Double> shares,
      long allocatedBytes,
      long blocks,
      long rows,
      long bytes,
      long readBytes,
      long writtenBytes) {}

  /** From one stage to another, by name. */
  public record Edge(String from, String to) {}

  /**
   * Where most of the time went.
   *
   * @param stage by name
   * @param cause what that was spent on, one of the stage's shares
   * @param share of the stage's time, from 0 to 1
   * @param advice the one setting to change, in a sentence
   */
  public record Slowest(String stage, String cause, double share, String advice) {}

  /**
   * An alert that fires.
   *
   * @param name of its rule
   * @param severity as in {@code warning}
   * @param since when it fires
   * @param value the number it fires by; null if that is unknown by now
   * @param sentence what is wrong
   */
  public record Alert(
      String name, String severity, Instant since, @Nullable Double value, String sentence) {}
}
