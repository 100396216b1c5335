// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whole months, whatever lies between them; and, if they are asked for, the rows that have no hour,
 * which all become rejects.
 *
 * @param months to write
 * @param undated whether the rows without an hour are read
 */
public record Months(Set<YearMonth> months, boolean undated) implements Hours {

  /** Days that a bronze row can name, some of which its month does not have. */
  private static final int DAYS = 31;

  public Months {
    months = Set.copyOf(months);
  }

  /** The months of days as {@link BronzeDay#month} names them. */
  public static Months named(Collection<String> names) {
    return new Months(
        names.stream()
            .filter(name -> !name.equals(BronzeDay.NONE))
            .map(YearMonth::parse)
            .collect(Collectors.toSet()),
        names.contains(BronzeDay.NONE));
  }

  /** The days before a month that its hours need, all hours of each. */
  public static List<String> daysBefore(YearMonth month) {
    List<String> days = new ArrayList<>();
    LocalDate first = month.atDay(1);
    LocalDate day = first.atStartOfDay().minusHours(HourWindow.CONTEXT_HOURS).toLocalDate();
    for (; day.isBefore(first); day = day.plusDays(1)) {
      days.add(day.toString());
    }
    return days;
  }

  @Override
  public boolean contains(LocalDateTime hour) {
    return months.contains(YearMonth.from(hour));
  }

  @Override
  public boolean needs(LocalDateTime hour) {
    return contains(hour) || contains(hour.plusHours(HourWindow.CONTEXT_HOURS));
  }

  @Override
  public String needed() {
    Set<String> days = ownDays();
    months.forEach(month -> days.addAll(daysBefore(month)));
    return in(days);
  }

  @Override
  public String own() {
    return in(ownDays());
  }

  private Set<String> ownDays() {
    Set<String> days = new TreeSet<>();
    for (YearMonth month : months) {
      for (int day = 1; day <= DAYS; day++) {
        days.add("%s-%02d".formatted(month, day));
      }
    }
    if (undated) {
      days.add(BronzeDay.NONE);
    }
    return days;
  }

  /** One expression and a list, so that it is evaluated once for each row. */
  private static String in(Set<String> days) {
    return days.isEmpty()
        ? "false"
        : "(%s) IN ('%s')".formatted(BronzeDay.SQL, String.join("', '", days));
  }
}
