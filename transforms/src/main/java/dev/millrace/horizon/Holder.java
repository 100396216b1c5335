// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.io.Serializable;
import java.time.Duration;
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

  private static final int QUERY_LENGTH = 80;

  public Holder {
    String line = query.replaceAll("\\s+", " ").strip();
    query =
        kind.equals(SESSION) && line.length() > QUERY_LENGTH
            ? line.substring(0, QUERY_LENGTH)
            : line;
  }

  /** Tells a person about it. */
  public String sentence() {
    return query;
  }
}
