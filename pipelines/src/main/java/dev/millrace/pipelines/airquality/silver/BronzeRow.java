// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.pipelines.airquality.csv.Uci;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row of a block of the bronze table, whose columns are the file, the line and then {@link
 * Uci#COLUMNS}.
 */
record BronzeRow(Block block, int row) {
  private static final int FILE = 0;
  private static final int LINE = 1;
  private static final int CELLS = 2;

  private static final Map<String, Integer> POSITIONS = positions();

  private static Map<String, Integer> positions() {
    Map<String, Integer> positions = new HashMap<>();
    Uci.COLUMNS.forEach(column -> positions.put(column, CELLS + positions.size()));
    return positions;
  }

  String file() {
    return block.column(FILE).getText(row);
  }

  long line() {
    return block.column(LINE).getLong(row);
  }

  /**
   * The number that a column holds in plain digits, without sign or space.
   *
   * @param most so many digits, at most 9
   * @return -1 if it holds anything else
   */
  int digits(String column, int most) {
    BlockColumn cells = block.column(Objects.requireNonNull(POSITIONS.get(column)));
    int length = cells.isNull(row) ? 0 : cells.length(row);
    if (length == 0 || length > most) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < length; i++) {
      int digit = cells.byteAt(row, i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = 10 * number + digit;
    }
    return number;
  }

  /** The text of a column, null where it is missing: {@code NA}, or NULL in the table. */
  @Nullable String cell(String column) {
    BlockColumn cells = block.column(Objects.requireNonNull(POSITIONS.get(column)));
    if (cells.isNull(row)) {
      return null;
    }
    String text = cells.getText(row);
    return text.equals(Uci.MISSING) ? null : text;
  }
}
