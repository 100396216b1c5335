// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Work that is cut into parts, and how each of them stands.
 *
 * @param lanes parts of one kind each, in the order in which they are done
 */
public record Grid(List<Lane> lanes) {

  private static final int LEAST_WIDTH = 10;

  public Grid {
    lanes = List.copyOf(lanes);
  }

  /** How a part stands; of parts that are drawn as one the last of these shows. */
  public enum State {
    /** It was found as it is wanted. */
    UNCHANGED('='),
    DONE('#'),
    PLANNED('.'),
    RUNNING('>'),
    /** Running for much longer than others took. */
    LATE('~'),
    FAILED('!');

    private final char mark;

    State(char mark) {
      this.mark = mark;
    }

    /** One letter for it. */
    public char mark() {
      return mark;
    }

    /** As in {@code running}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Parts of one kind.
   *
   * @param name of the kind, as in {@code silver}
   * @param parts each by its name, as in {@code 2013-03}
   * @param marks of each the mark of its state, in the same order
   */
  public record Lane(String name, List<String> parts, String marks) {

    /**
     * @throws IllegalArgumentException if there are not as many marks as parts
     */
    public Lane {
      if (parts.size() != marks.length()) {
        throw new IllegalArgumentException(
            "Invalid marks: %d (must be as many as parts, %d)"
                .formatted(marks.length(), parts.size()));
      }
      parts = List.copyOf(parts);
    }

    /** How many parts stand so. */
    public long count(State state) {
      return marks.chars().filter(mark -> mark == state.mark).count();
    }

    private String bar(int width) {
      int cells = Math.min(width, marks.length());
      StringBuilder bar = new StringBuilder();
      for (int cell = 0; cell < cells; cell++) {
        int from = (int) ((long) cell * marks.length() / cells);
        int to = (int) ((cell + 1L) * marks.length() / cells);
        bar.append(worst(marks.substring(from, to)));
      }
      return bar.toString();
    }

    private static char worst(String some) {
      State[] states = State.values();
      for (int i = states.length - 1; i > 0; i--) {
        if (some.indexOf(states[i].mark) >= 0) {
          return states[i].mark;
        }
      }
      return states[0].mark;
    }

    private String counts() {
      return Stream.of(State.values())
          .filter(state -> count(state) > 0)
          .map(state -> String.format(Locale.ROOT, "%,d %s", count(state), state.label()))
          .collect(Collectors.joining(", "));
    }
  }

  /**
   * A line for each kind: a mark for each part, or for as many neighbours as must share one, and
   * how many stand how. Each line is of one width at most.
   *
   * @param width of a line, in characters
   */
  public List<String> text(int width) {
    int name = lanes.stream().mapToInt(lane -> lane.name().length()).max().orElse(0);
    List<String> text = new ArrayList<>();
    for (Lane lane : lanes) {
      String counts = lane.counts();
      int room = Math.max(LEAST_WIDTH, width - name - counts.length() - " [] ".length());
      String line =
          "%s [%s] %s"
              .formatted(
                  lane.name() + " ".repeat(name - lane.name().length()), lane.bar(room), counts);
      text.add(line.substring(0, Math.min(width, line.length())));
    }
    return text;
  }
}
