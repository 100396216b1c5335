// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.run.Totals;
import org.jspecify.annotations.Nullable;

/** What a run did and took in all, in the order in which it is told. */
enum Total {
  SECONDS("took"),
  READ("rows read"),
  WRITTEN("rows written"),
  SPEED("rows/s written"),
  BYTES("bytes read"),
  REJECTED("rows rejected"),
  PROCESSORS("processor seconds"),
  MEMORY("most memory");

  private final String title;

  Total(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Of a run; null if it was not measured. */
  @Nullable Double of(Totals totals) {
    return switch (this) {
      case SECONDS -> totals.seconds();
      case READ -> number(totals.rowsRead());
      case WRITTEN -> number(totals.rowsWritten());
      case SPEED -> speed(totals);
      case BYTES -> number(totals.bytes());
      case REJECTED -> number(totals.rowsRejected());
      case PROCESSORS -> totals.cpuSeconds();
      case MEMORY -> number(totals.peakRssBytes());
    };
  }

  private static @Nullable Double number(@Nullable Long value) {
    return value == null ? null : value.doubleValue();
  }

  private static @Nullable Double speed(Totals totals) {
    Long rows = totals.rowsWritten();
    Double seconds = totals.seconds();
    return rows == null || seconds == null || seconds == 0 ? null : rows / seconds;
  }

  String text(double value) {
    return switch (this) {
      case SECONDS -> Format.duration(value);
      case READ, WRITTEN, REJECTED, SPEED -> Format.count(Math.round(value));
      case BYTES, MEMORY -> Format.bytes(value);
      case PROCESSORS -> Format.digits(value, 3);
    };
  }
}
