// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What follows from an hour's measurements and those before: gases in the units of the tables,
 * averages that end with this hour, indices. Each is null where too little was measured.
 */
public record HourIndex(
    @Nullable BigDecimal so2Ppb,
    @Nullable BigDecimal no2Ppb,
    @Nullable BigDecimal coPpm,
    @Nullable BigDecimal o3Ppm,
    @Nullable BigDecimal pm25Day,
    @Nullable BigDecimal pm10Day,
    @Nullable BigDecimal so2PpbDay,
    @Nullable BigDecimal coPpm8h,
    @Nullable BigDecimal o3Ppm8h,
    SubIndices indices) {}
