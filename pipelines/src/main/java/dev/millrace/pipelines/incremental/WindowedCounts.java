// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import dev.millrace.observe.Measure;
import dev.millrace.write.WriteResult;
import java.time.Duration;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;

/**
 * Counts the rows written by windows of event time: once when the watermark has passed a window,
 * and once more for what comes late. What comes later than is allowed is dropped from the counts,
 * never from the target; the runner counts it as {@code droppedDueToLateness}.
 */
public final class WindowedCounts extends PTransform<PCollection<WriteResult>, PCollection<Long>> {

  private final Duration window;
  private final Duration lateness;

  private WindowedCounts(Duration window, Duration lateness) {
    this.window = window;
    this.lateness = lateness;
  }

  /**
   * Counts by windows.
   *
   * @param window the length of a window, above 0
   * @param lateness how long after its end a window still takes rows, 0 or more
   */
  public static WindowedCounts of(Duration window, Duration lateness) {
    if (window.isNegative() || window.isZero() || lateness.isNegative()) {
      throw new IllegalArgumentException(
          "Invalid windows: "
              + window
              + ", late by "
              + lateness
              + " (must be above 0, and 0 or more)");
    }
    return new WindowedCounts(window, lateness);
  }

  Duration window() {
    return window;
  }

  @Override
  public PCollection<Long> expand(PCollection<WriteResult> written) {
    return written
        .apply("Rows", MapElements.via(new Rows()))
        .setCoder(VarLongCoder.of())
        .apply(
            "Windows",
            Window.<Long>into(FixedWindows.of(millis(window)))
                .triggering(
                    AfterWatermark.pastEndOfWindow()
                        .withLateFirings(AfterPane.elementCountAtLeast(1)))
                .withAllowedLateness(millis(lateness))
                .discardingFiredPanes())
        .apply("Sum", Combine.globally(Sum.ofLongs()).withoutDefaults())
        .apply("Tell", ParDo.of(new TellFn()));
  }

  private static org.joda.time.Duration millis(Duration duration) {
    return org.joda.time.Duration.millis(duration.toMillis());
  }

  private static final class Rows extends SimpleFunction<WriteResult, Long> {
    @Override
    public Long apply(WriteResult written) {
      return written.rows();
    }
  }

  /** Measures the panes. */
  private static final class TellFn extends DoFn<Long, Long> {
    @ProcessElement
    public void process(@Element Long rows, PaneInfo pane, OutputReceiver<Long> out) {
      if (pane.getTiming() == PaneInfo.Timing.LATE) {
        Measure.LATE_PANES.add(1);
        Measure.ROWS_LATE.add(rows);
      } else {
        Measure.WINDOWS.add(1);
      }
      out.output(rows);
    }
  }
}
