// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.Sql;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who or what holds a horizon back.
 *
 * @param kind {@code session}, {@code prepared transaction} or {@code risk}, which is a refusal
 *     that the rules overrule
 * @param pid of the server's process, 0 for none
 * @param user its role, empty when not known
 * @param application as it names itself
 * @param age since its transaction began, or was prepared; null when not known
 * @param state as {@code pg_stat_activity} has it
 * @param query the first 80 characters of its latest query on one line; of a prepared transaction
 *     its identifier, of a risk what is risked
 */
public record Holder(
    String kind,
    int pid,
    String user,
    String application,
    @Nullable Duration age,
    String state,
    String query)
    implements Serializable {

  static final String SESSION = "session";
  static final String PREPARED = "prepared transaction";
  static final String RISK = "risk";

  /** That many are told at most. */
  static final int MOST = 20;

  private static final int QUERY_LENGTH = 80;

  public Holder {
    String line = query.replaceAll("\\s+", " ").strip();
    query =
        kind.equals(SESSION) && line.length() > QUERY_LENGTH
            ? line.substring(0, QUERY_LENGTH)
            : line;
  }

  static Holder prepared(String gid, String owner, Duration age) {
    return new Holder(PREPARED, 0, owner, "", age, "", gid);
  }

  static Holder risk(String what) {
    return new Holder(RISK, 0, "", "", null, "", what);
  }

  /** All of them, the oldest first. */
  static Stream<Holder> sorted(Stream<Holder> some, Stream<Holder> others) {
    return Stream.concat(some, others)
        .sorted(
            Comparator.comparing(
                Holder::age, Comparator.nullsFirst(Comparator.<Duration>reverseOrder())));
  }

  /** The age of the oldest of some, as far as it is known. */
  static Duration oldest(List<Holder> some) {
    return some.stream()
        .map(Holder::age)
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .filter(age -> !age.isNegative())
        .orElse(Duration.ZERO);
  }

  /** Tells a person about it, and what to do. */
  public String sentence() {
    String since = age == null ? "" : " for " + seconds(age);
    return switch (kind) {
      case PREPARED ->
          "The transaction "
              + Sql.literal(query).strip()
              + " of "
              + user
              + " is prepared and not ended"
              + since
              + "; run COMMIT PREPARED or ROLLBACK PREPARED";
      case RISK -> "Rows may be lost: " + query;
      default ->
          "Session "
              + pid
              + " of "
              + user
              + (application.isEmpty() ? "" : " (" + application + ")")
              + " has a transaction open"
              + since
              + (state.isEmpty() ? "" : ", " + state)
              + (query.isEmpty() ? "" : ": " + query);
    };
  }

  private static String seconds(Duration duration) {
    return BigDecimal.valueOf(duration.toMillis(), 3).setScale(1, RoundingMode.HALF_UP) + " s";
  }
}
