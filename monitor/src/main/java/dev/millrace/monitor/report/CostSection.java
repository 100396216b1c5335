// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.report.Part.Column;
import dev.millrace.monitor.report.Part.Line;
import dev.millrace.monitor.report.Part.Section;
import dev.millrace.monitor.report.Part.Table;
import dev.millrace.monitor.report.Part.Tone;
import dev.millrace.monitor.report.Part.Words;
import java.util.ArrayList;
import java.util.List;

/** What a run cost, and how that is computed. */
final class CostSection {

  private CostSection() {}

  static Section of(Prices by, RunLine run) {
    String unknown = Cost.unknown(run);
    List<Part> parts = new ArrayList<>();
    if (unknown != null) {
      parts.add(new Words(unknown, Tone.PLAIN));
    }
    Cost.of(by, run).ifPresent(cost -> tell(cost, parts));
    return new Section("Cost", parts);
  }

  private static void tell(Cost cost, List<Part> parts) {
    Prices by = cost.prices();
    String gigabytes = Format.digits(cost.gigabytes(), 3);
    String time = Format.duration(cost.seconds());
    List<Line> lines = new ArrayList<>();
    lines.add(
        line(
            "processors",
            Format.duration(cost.cpuSeconds()),
            by.cpuHour(),
            cost,
            cost.processors()));
    lines.add(
        line(
            "memory", "%s GB for %s".formatted(gigabytes, time), by.gbHour(), cost, cost.memory()));
    lines.add(line("databases", time, by.databaseHour(), cost, cost.database()));
    lines.add(new Line(List.of("in all", "", "", cost.amount(cost.total())), Tone.NOTE));
    String rows = Format.count(cost.rows()) + " rows";
    String each = Format.known(cost.perMillionRows(), cost::amount);
    lines.add(new Line(List.of("for a million rows", rows, "", each), Tone.NOTE));
    parts.add(
        new Table(
            List.of(
                Column.text("of"),
                Column.number("taken"),
                Column.number(by.currency() + " an hour"),
                Column.number("cost")),
            lines));
    parts.add(new Words(cost.formula(), Tone.QUIET));
    parts.add(
        new Words(
            "Memory is the most that was resident, for all of the run. The databases count by the"
                + " wall time of the run, once, however many there are and whatever else they do.",
            Tone.QUIET));
  }

  private static Line line(String of, String taken, double price, Cost cost, double amount) {
    return Line.of(of, taken, Format.digits(price, 9), cost.amount(amount));
  }
}
