// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A column of times that the server's clock writes.
 *
 * @param kind its type
 * @param digits of a second that it keeps: what is rounded may be rounded down
 * @param zones of those who write a type without zone
 */
record TimeCursor(Kind kind, int digits, List<String> zones) implements Cursor {

  enum Kind {
    TIMESTAMPTZ,
    TIMESTAMP,
    DATE
  }

  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT);
  private static final String UTC = "+00";
  private static final int NANOS_OF_SECOND = 1_000_000_000;

  TimeCursor {
    zones = List.copyOf(zones);
  }

  @Override
  public Optional<Drawn> drawn(Connection connection) {
    return Optional.empty();
  }

  @Override
  public Bound bound(EarliestLocalTime.Source times, Instant horizon, Barriers barriers)
      throws SQLException {
    EarliestLocalTime local =
        kind == Kind.TIMESTAMPTZ ? EarliestLocalTime.utc(horizon) : times.from(horizon, zones);
    LocalDateTime high = cut(local.smallest());
    return new Bound(text(high), Duration.between(high, local.latest()), barriers);
  }

  private LocalDateTime cut(LocalDateTime time) {
    if (kind == Kind.DATE) {
      return time.truncatedTo(ChronoUnit.DAYS);
    }
    int unit = NANOS_OF_SECOND;
    for (int digit = 0; digit < digits; digit++) {
      unit /= 10;
    }
    return time.withNano(time.get(ChronoField.NANO_OF_SECOND) / unit * unit);
  }

  private String text(LocalDateTime time) {
    return switch (kind) {
      case DATE -> time.toLocalDate().toString();
      case TIMESTAMP -> TEXT.format(time);
      case TIMESTAMPTZ -> TEXT.format(time) + UTC;
    };
  }

  @Override
  public int compare(String a, String b) {
    // All of one form, with four digits of the year.
    return a.compareTo(b);
  }
}
