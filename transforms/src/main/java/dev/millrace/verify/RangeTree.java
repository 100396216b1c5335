// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.ledger.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Expressions that find the range that a place lies in, by bisection: a {@code CASE} in a {@code
 * CASE}, as deep as the logarithm of the ranges' number. Unlike {@code width_bucket} it compares
 * keys of several columns, without making records of them.
 */
final class RangeTree {

  private final Scale scale;
  private final List<String> place;

  /**
   * @param place the scale's terms in SQL
   */
  RangeTree(Scale scale, List<String> place) {
    this.scale = scale;
    this.place = place;
  }

  /** The number of the range, from 0, of a row that lies in one. */
  String number(List<KeyRange> ranges) {
    List<Position> cuts = new ArrayList<>();
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      KeyRange range = ranges.get(i);
      if (!range.nulls()) {
        numbers.add(Integer.toString(i));
        Position high = range.high();
        if (high != null) {
          cuts.add(high);
        }
      }
    }
    String nulls = Integer.toString(ranges.indexOf(KeyRange.NULLS));
    if (numbers.isEmpty()) {
      return nulls;
    }
    // Of ranges that end before the end of all, nothing lies behind the last.
    return unlessNull(nulls, bisect(cuts.subList(0, numbers.size() - 1), numbers));
  }

  /** Whether a place lies in one of some ranges, which come in order and do not touch. */
  String isWithin(List<KeyRange> ranges, boolean nulls) {
    List<Position> cuts = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    for (KeyRange range : ranges) {
      @Nullable Position low = range.low();
      if (low != null) {
        cuts.add(low);
        answers.add("false");
      }
      answers.add("true");
      Position high = range.high();
      if (high != null) {
        cuts.add(high);
      }
    }
    if (answers.size() == cuts.size()) {
      answers.add("false");
    }
    return unlessNull(Boolean.toString(nulls), bisect(cuts, answers));
  }

  private String unlessNull(String answer, String otherwise) {
    return scale.hasNulls()
        ? "CASE WHEN " + scale.isNull(place) + " THEN " + answer + " ELSE " + otherwise + " END"
        : otherwise;
  }

  /**
   * @param cuts one fewer than answers
   */
  private String bisect(List<Position> cuts, List<String> answers) {
    if (cuts.isEmpty()) {
      return answers.get(0);
    }
    int middle = cuts.size() / 2;
    return "CASE WHEN "
        + scale.isBelow(place, cuts.get(middle))
        + " THEN "
        + bisect(cuts.subList(0, middle), answers.subList(0, middle + 1))
        + " ELSE "
        + bisect(cuts.subList(middle + 1, cuts.size()), answers.subList(middle + 1, answers.size()))
        + " END";
  }
}
