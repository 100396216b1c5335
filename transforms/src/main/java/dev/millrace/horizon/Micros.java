// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Instants to the microsecond, which is what PostgreSQL keeps of them. */
final class Micros {

  private Micros() {}

  /** Microseconds since 1970, cut and not rounded. */
  static long of(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
