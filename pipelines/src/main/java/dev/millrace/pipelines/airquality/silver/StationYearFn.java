// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.block.Block;
import dev.millrace.observe.RejectReason;
import dev.millrace.pipelines.airquality.group.StationYear;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/** Types the rows of a station and year and computes their averages and indices. */
final class StationYearFn extends DoFn<KV<String, Block>, Block> {
  private final Hours window;

  StationYearFn(Hours window) {
    this.window = window;
  }

  @ProcessElement
  public void process(@Element KV<String, Block> group, MultiOutputReceiver out) {
    SilverYear year =
        SilverYear.of(StationYear.parse(group.getKey()).year(), window, List.of(group.getValue()));
    if (year.rows().rows() > 0) {
      out.get(Silver.ROWS).output(year.rows());
    }
    if (year.rejects().rows() > 0) {
      RejectReason.INVALID_VALUE.count(year.rejects().rows());
      out.get(Silver.REJECTS).output(year.rejects());
    }
  }
}
