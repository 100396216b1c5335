// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The times of a cron expression, in a time zone: five fields as of crontab, six with seconds in
 * front, or {@code @hourly}, {@code @daily} and the like. Where a clock is put forward, times
 * within the hour that is left out do not come. Immutable.
 */
final class CronTimes {

  private static final CronDefinition CRONTAB =
      CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX);

  private static final CronDefinition WITH_SECONDS =
      CronDefinitionBuilder.instanceDefinitionFor(CronType.SPRING53);

  private static final int CRONTAB_FIELDS = 5;

  private final ExecutionTime times;
  private final ZoneId zone;

  private CronTimes(ExecutionTime times, ZoneId zone) {
    this.times = times;
    this.zone = zone;
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException if it is none
   */
  static CronTimes parse(String expression, ZoneId zone) {
    boolean crontab = expression.strip().split("\\s+").length == CRONTAB_FIELDS;
    return new CronTimes(
        ExecutionTime.forCron(
            new CronParser(crontab ? CRONTAB : WITH_SECONDS).parse(expression.strip())),
        zone);
  }

  /** The first time after a moment; empty if none will come. */
  Optional<Instant> after(Instant moment) {
    ZonedDateTime second = moment.truncatedTo(ChronoUnit.SECONDS).atZone(zone);
    return times.nextExecution(second).map(ZonedDateTime::toInstant);
  }

  /**
   * The times after a moment and not after another, the latest of them if there are more than some.
   *
   * @param most to list, 1 or more
   */
  List<Instant> between(Instant after, Instant until, int most) {
    List<Instant> found = new ArrayList<>();
    Optional<Instant> next = after(after);
    while (next.isPresent() && !next.get().isAfter(until)) {
      found.add(next.get());
      if (found.size() > most) {
        found.remove(0);
      }
      next = after(next.get());
    }
    return found;
  }
}
