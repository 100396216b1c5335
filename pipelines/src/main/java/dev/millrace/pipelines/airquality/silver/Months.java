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

  private static final int YEAR_DIGITS = 4;

  /** Days that a bronze row can name, some of which its month does not have. */
  private static final String DAY = allDigits(1, 31);

  private static final String HOUR = "hour IN " + allDigits(0, 23);

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
    Set<String> days = new TreeSet<>();
    for (YearMonth month : months) {
      for (String day : daysBefore(month)) {
        LocalDate date = LocalDate.parse(day);
        for (String written : written(YearMonth.from(date))) {
          digits(date.getDayOfMonth()).forEach(digits -> days.add(written + "-" + digits));
        }
      }
    }
    return or(
        own(months), "(year || '-' || month || '-' || day) IN " + list(days) + " AND " + HOUR);
  }

  @Override
  public String own() {
    return or(own(months), "false");
  }

  private String or(String own, String before) {
    return months.isEmpty()
        ? withoutHour()
        : "((%s) OR (%s) OR %s)".formatted(own, before, withoutHour());
  }

  private String withoutHour() {
    return undated ? "(" + BronzeDay.SQL + ") = '" + BronzeDay.NONE + "'" : "false";
  }

  /**
   * The same rows as those whose {@link BronzeDay} is in the months, by what can be written there:
   * to look for that in a list takes a third of the time.
   */
  private static String own(Set<YearMonth> months) {
    Set<String> written = new TreeSet<>();
    months.forEach(month -> written.addAll(written(month)));
    return "(year || '-' || month) IN %s AND day IN %s AND %s".formatted(list(written), DAY, HOUR);
  }

  /** All that a month of a bronze row can be written as, as year-month. */
  private static Set<String> written(YearMonth month) {
    Set<String> written = new TreeSet<>();
    String year = String.valueOf(month.getYear());
    for (; year.length() <= YEAR_DIGITS; year = "0" + year) {
      for (String digits : digits(month.getMonthValue())) {
        written.add(year + "-" + digits);
      }
    }
    return written;
  }

  private static Set<String> digits(int number) {
    return new TreeSet<>(List.of(String.valueOf(number), "%02d".formatted(number)));
  }

  private static String allDigits(int from, int to) {
    Set<String> all = new TreeSet<>();
    for (int number = from; number <= to; number++) {
      all.addAll(digits(number));
    }
    return list(all);
  }

  private static String list(Set<String> texts) {
    return "('" + String.join("', '", texts) + "')";
  }
}
