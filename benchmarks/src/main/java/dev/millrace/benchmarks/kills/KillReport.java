// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.kills;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a campaign of kills found.
 *
 * @param rows of the source
 * @param copies that were finished, each after one or more kills
 * @param kills all that struck a copy that had begun and not ended
 * @param verdict over all copies
 */
public record KillReport(long rows, int copies, List<Struck> kills, Verdict verdict) {

  /** With no failure in n trials, its probability is below 3/n with 95 % confidence. */
  private static final double RULE_OF_THREE = 3;

  private static final int TENTHS = 10;

  /**
   * A kill.
   *
   * @param committed rows that the target held when it struck, above 0 and below all
   */
  public record Struck(Kill kill, long committed) {}

  public KillReport {
    kills = List.copyOf(kills);
  }

  /** The upper bound of the probability that a kill does harm; 1 when one did. */
  public double bound() {
    return verdict.isClean() && !kills.isEmpty() ? Math.min(1, RULE_OF_THREE / kills.size()) : 1;
  }

  /** The certificate, for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%,d copies of %,d rows into a table without a key, killed %,d times:"
            .formatted(copies, rows, kills.size()));
    lines.add(
        "%-16s %6s   %s".formatted("kill", "kills", "tenth of the rows committed at the kill"));
    Map<Kill, int[]> tenths = new EnumMap<>(Kill.class);
    for (Struck each : kills) {
      int tenth = (int) Math.min(TENTHS - 1, each.committed() * TENTHS / rows);
      tenths.computeIfAbsent(each.kill(), kill -> new int[TENTHS])[tenth]++;
    }
    tenths.forEach(
        (kill, counts) -> {
          StringBuilder line = new StringBuilder();
          int sum = 0;
          for (int count : counts) {
            line.append(count == 0 ? "   ." : "%4d".formatted(count));
            sum += count;
          }
          lines.add("%-16s %6d   %s".formatted(kill, sum, line.toString().strip()));
        });
    lines.add(verdict.toString());
    lines.add(
        verdict.isClean() && !kills.isEmpty()
            ? String.format(
                Locale.ROOT,
                "Certificate: no harm in %d kills; a kill does harm with a probability below %.1f %%"
                    + " (95 %% confidence, 3/n).",
                kills.size(),
                100 * bound())
            : "No certificate.");
    return lines;
  }

  /** The same for programs. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rows", rows);
    map.put("copies", copies);
    map.put("kills", kills.size());
    map.put("lost", verdict.lost());
    map.put("duplicated", verdict.duplicated());
    map.put("different", verdict.different());
    map.put("phantom", verdict.phantom());
    map.put("bound", bound());
    map.put(
        "struck",
        kills.stream()
            .map(each -> Map.of("kill", each.kill().toString(), "committed", each.committed()))
            .toList());
    return map;
  }
}
