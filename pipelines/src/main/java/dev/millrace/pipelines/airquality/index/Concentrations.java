// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** What a station measured in an hour: six pollutants in ug/m3, each null where it is missing. */
public record Concentrations(
    @Nullable BigDecimal pm25,
    @Nullable BigDecimal pm10,
    @Nullable BigDecimal so2,
    @Nullable BigDecimal no2,
    @Nullable BigDecimal co,
    @Nullable BigDecimal o3) {

  /**
   * Whether more fine particles than particles were measured, which cannot be: PM2.5 is a part of
   * PM10. Null where either is missing.
   */
  public @Nullable Boolean pm25AbovePm10() {
    return (pm25 == null || pm10 == null) ? null : pm25.compareTo(pm10) > 0;
  }
}
