// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import org.jspecify.annotations.Nullable;

/** The index of each pollutant at one place and time, null where it could not be computed. */
public record SubIndices(
    @Nullable Integer pm25,
    @Nullable Integer pm10,
    @Nullable Integer o3,
    @Nullable Integer no2,
    @Nullable Integer so2,
    @Nullable Integer co) {

  /** The index of a pollutant. */
  public @Nullable Integer of(Pollutant pollutant) {
    return switch (pollutant) {
      case PM25 -> pm25;
      case PM10 -> pm10;
      case O3 -> o3;
      case NO2 -> no2;
      case SO2 -> so2;
      case CO -> co;
    };
  }

  /** The pollutant with the highest index, the first named in {@link Pollutant} of equals. */
  public @Nullable Pollutant dominant() {
    Pollutant dominant = null;
    int highest = -1;
    for (Pollutant pollutant : Pollutant.values()) {
      Integer index = of(pollutant);
      if (index != null && index > highest) {
        dominant = pollutant;
        highest = index;
      }
    }
    return dominant;
  }

  /** The index of the place: the highest there is, null where there is none. */
  public @Nullable Integer overall() {
    Pollutant dominant = dominant();
    return dominant == null ? null : of(dominant);
  }
}
