// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whole months, whatever lies between them; and, if they are asked for, the rows that have no hour,
 * which all become rejects.
 *
 * @param months to write
 * @param undated whether the rows without an hour are read
 */
public record Months(Set<YearMonth> months, boolean undated) implements Hours {

  /** No month, but the rows without an hour. */
  public static final Months UNDATED = new Months(Set.of(), true);

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
    List<String> days = new ArrayList<>();
    for (YearMonth month : months) {
      days.addAll(daysBefore(month));
    }
    return any(Stream.concat(names(), days.stream()));
  }

  @Override
  public String own() {
    return any(names());
  }

  @Override
  public String written() {
    return names()
        .sorted()
        .map("date_trunc('month', hour) = '%s-01'"::formatted)
        .reduce((one, other) -> one + " OR " + other)
        .map(condition -> "(" + condition + ")")
        .orElse("false");
  }

  private Stream<String> names() {
    return months.stream().map(YearMonth::toString);
  }

  /** The rows of some months and days. */
  private String any(Stream<String> begins) {
    Stream<String> dated = begins.sorted().map("local_hour ^@ '%s'"::formatted);
    Stream<String> undatedRows = undated ? Stream.of("local_hour IS NULL") : Stream.empty();
    return Stream.concat(dated, undatedRows)
        .reduce((one, other) -> one + " OR " + other)
        .map(condition -> "(" + condition + ")")
        .orElse("false");
  }
}
