// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.verify;

import dev.millrace.runners.console.Figures;
import dev.millrace.verify.Difference;
import dev.millrace.verify.Difference.Kind;
import dev.millrace.verify.RangeResult;
import dev.millrace.verify.Repair;
import dev.millrace.verify.Verification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a comparison found, as lines for people and as fields for programs. */
final class VerifyReport {

  private final List<String> key;
  private final int limit;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, Object> details = new LinkedHashMap<>();

  /**
   * @param key names of the columns that tell rows apart; empty when nothing does
   * @param limit ranges that are listed at most
   */
  VerifyReport(List<String> key, int limit) {
    this.key = key;
    this.limit = limit;
  }

  List<String> lines() {
    return lines;
  }

  Map<String, Object> details() {
    return details;
  }

  void put(String field, Object value) {
    details.put(field, value);
  }

  void add(Verification found) {
    addSide("source", found.sourceRows(), found.sourceSum(), found.sourceSeconds());
    addSide("target", found.targetRows(), found.targetSum(), found.targetSeconds());
    put("key", key);
    put("ranges", found.ranges());
    put("ranges_different", found.unequal().size());
    put(
        "different_ranges",
        found.unequal().stream().limit(limit).map(VerifyReport::fields).toList());
    for (Kind kind : Kind.values()) {
      put(name(kind), found.count(kind));
    }
    for (Kind kind : Kind.values()) {
      put(name(kind) + "_keys", found.named(kind).stream().map(VerifyReport::fields).toList());
    }
    if (found.unequal().isEmpty()) {
      lines.add("Equal.");
      return;
    }
    lines.add("%,d of %,d ranges differ:".formatted(found.unequal().size(), found.ranges()));
    for (Kind kind : Kind.values()) {
      addKind(kind, found);
    }
    if (key.isEmpty()) {
      lines.add("No columns tell rows apart, so that rows are named by how they begin.");
    }
  }

  private void addSide(String side, long rows, String sum, double seconds) {
    lines.add(String.format(Locale.ROOT, "%s  %,14d rows  %s  %8.2f s", side, rows, sum, seconds));
    put(side + "_rows", rows);
    put(side + "_checksum", sum);
    put(side + "_seconds", Figures.thousandths(seconds));
  }

  private void addKind(Kind kind, Verification found) {
    long rows = found.count(kind);
    if (rows == 0) {
      return;
    }
    List<Difference> named = found.named(kind);
    String keys = named.stream().map(VerifyReport::shown).collect(Collectors.joining("; "));
    lines.add(
        String.format(Locale.ROOT, "  %-14s %,12d  ", name(kind).replace('_', ' '), rows)
            + (named.isEmpty() ? "" : String.join(", ", key) + (key.isEmpty() ? "" : " = ") + keys)
            + (named.isEmpty() || named.size() >= rows ? "" : "; ..."));
  }

  /** What a repair would do. */
  void addPlan(Verification found, boolean deleteExtra) {
    long copied = found.count(Kind.MISSING) + found.count(Kind.DIFFERENT);
    long deleted = deleteExtra ? found.count(Kind.EXTRA) : 0;
    lines.add(
        "Would copy %,d rows again and delete %,d. Nothing was written."
            .formatted(copied, deleted));
    put("dry_run", true);
  }

  void add(Repair.Mended mended) {
    Verification left = mended.left();
    put("rows_deleted", mended.deleted());
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      fields.put(name(kind), left.count(kind));
    }
    put("left", fields);
    if (mended.found().unequal().isEmpty()) {
      return;
    }
    lines.add(
        "Copied %,d rows again and deleted %,d. %s"
            .formatted(
                mended.written(),
                mended.deleted(),
                left.isEqual()
                    ? "What differed is equal now."
                    : "Of what differed is left: "
                        + fields.entrySet().stream()
                            .filter(each -> !each.getValue().equals(0L))
                            .map(each -> each.getKey().replace('_', ' ') + " " + each.getValue())
                            .collect(Collectors.joining(", "))));
  }

  private static String name(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static String shown(Difference each) {
    List<@Nullable String> key = each.key();
    String values = key.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return (key.size() == 1 ? values : "(" + values + ")")
        + (each.columns().isEmpty() ? "" : " [" + String.join(", ", each.columns()) + "]");
  }

  private static Object fields(Difference each) {
    if (each.kind() != Kind.DIFFERENT) {
      return each.key();
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("key", each.key());
    fields.put("columns", each.columns());
    return fields;
  }

  private static Map<String, Object> fields(RangeResult each) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("range", each.range());
    fields.put("source_rows", each.sourceRows());
    fields.put("target_rows", each.targetRows());
    return fields;
  }
}
