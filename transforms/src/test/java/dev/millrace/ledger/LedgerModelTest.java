// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * Plays histories of one split against {@link SplitState}: attempts that cut blocks anywhere, die
 * anywhere and go on as zombies; transactions that commit, roll back, or commit without an answer;
 * blocks that come in any order and more than once. The target is a plain list without a key.
 */
class LedgerModelTest {

  private static final int ROWS = 60;

  private static final Comparator<Position> ORDER =
      Comparator.comparingInt(position -> Integer.parseInt(position.values().get(0)));

  private record Block(long epoch, Interval interval) {}

  /** What the database holds; a transaction is a copy that replaces it or does not. */
  private static final class Database {
    SplitState ledger = new SplitState(0, new Interval(null, null), Coverage.none(ORDER));
    final List<Integer> target = new ArrayList<>();

    void commit(Block block, boolean crash) {
      SplitState.Admission admission = ledger.admit(block.epoch(), block.interval());
      List<Integer> rows = new ArrayList<>();
      admission.parts().forEach(part -> rows.addAll(rowsOf(part)));
      if (!crash) {
        ledger = admission.after();
        target.addAll(rows);
      }
    }
  }

  private static List<Integer> rowsOf(Interval interval) {
    List<Integer> rows = new ArrayList<>();
    // Not every position has a row: a block of none covers as well.
    for (int row = number(interval.low(), -1) + 1; row <= number(interval.high(), ROWS); row++) {
      if (row % 7 != 3) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static int number(@Nullable Position position, int open) {
    return position == null ? open : Integer.parseInt(position.values().get(0));
  }

  @Property(tries = 20_000)
  void history_shouldLeaveEachRowOnce(@ForAll long seed) {
    Random random = new Random(seed);
    Database database = new Database();
    List<Block> inFlight = new ArrayList<>();
    int attempts = 0;
    int refused = 0;
    int crashes = 0;
    while (!database.ledger.isDone()) {
      database.ledger = database.ledger.nextAttempt();
      attempts++;
      inFlight.addAll(read(database.ledger, random));
      // From the twentieth attempt on nothing fails, so that every history ends.
      boolean calm = attempts >= 20;
      for (int steps = calm ? Integer.MAX_VALUE : random.nextInt(12); steps > 0; steps--) {
        if (inFlight.isEmpty()) {
          break;
        }
        Block block = inFlight.get(random.nextInt(inFlight.size()));
        boolean repeats = !calm && random.nextInt(4) == 0;
        if (!repeats) {
          inFlight.remove(block);
        }
        boolean crash = !calm && random.nextInt(5) == 0;
        crashes += crash ? 1 : 0;
        try {
          database.commit(block, crash);
        } catch (StaleEpochException zombie) {
          refused++;
          inFlight.remove(block);
        }
      }
    }
    Statistics.label("attempts").collect(attempts > 1 ? "several" : "one");
    Statistics.label("zombies refused").collect(refused > 0);
    Statistics.label("crashes").collect(crashes > 0);

    assertThat(database.target)
        .containsExactlyInAnyOrderElementsOf(rowsOf(new Interval(null, null)));
  }

  /** The gaps of an attempt, cut anywhere, and here and there once more in another cut. */
  private static List<Block> read(SplitState state, Random random) {
    List<Block> blocks = new ArrayList<>();
    for (int cuts = 1 + random.nextInt(2); cuts > 0; cuts--) {
      for (Interval gap : state.gaps()) {
        int low = number(gap.low(), -1);
        int high = number(gap.high(), ROWS);
        TreeMap<Integer, Position> at = new TreeMap<>();
        for (int cut = random.nextInt(6); cut > 0 && high - low > 1; cut--) {
          int row = low + 1 + random.nextInt(high - low - 1);
          at.put(row, CoverageTest.position(row));
        }
        @Nullable Position from = gap.low();
        for (Position to : at.values()) {
          blocks.add(new Block(state.epoch(), new Interval(from, to)));
          from = to;
        }
        blocks.add(new Block(state.epoch(), new Interval(from, gap.high())));
      }
    }
    return blocks;
  }
}
