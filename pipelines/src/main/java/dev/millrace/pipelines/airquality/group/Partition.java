// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.group;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Origin;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Deals the rows of blocks out, so that a shuffle moves a block for each part and not an element
 * for each row. Holds as many rows as it was given.
 *
 * @param <K> by which parts are told apart
 */
public final class Partition<K> {
  private static final int FIRST_ROWS = 64;

  private final BlockSchema schema;
  private final Map<K, Part> parts = new LinkedHashMap<>();
  private @Nullable Block current;

  /** Rows of a part: those of blocks before the current one, and which of that. */
  private static final class Part {
    private final BlockBuilder rows;
    private int[] chosen = new int[FIRST_ROWS];
    private int count;

    Part(BlockSchema schema) {
      rows = new BlockBuilder(schema);
    }

    void choose(int row) {
      if (count == chosen.length) {
        chosen = Arrays.copyOf(chosen, 2 * count);
      }
      chosen[count++] = row;
    }

    void take(Block block) {
      rows.appendFrom(block, Arrays.copyOf(chosen, count));
      count = 0;
    }
  }

  public Partition(BlockSchema schema) {
    this.schema = schema;
  }

  /** Adds a row to a part; it may be added to others as well. Blocks come one after another. */
  @SuppressWarnings("ReferenceEquality") // To compare two blocks is to compare their bytes.
  public void add(K part, Block block, int row) {
    if (block != current) {
      takeAll();
      current = block;
    }
    parts.computeIfAbsent(part, absent -> new Part(schema)).choose(row);
  }

  /** Of a whole block at once: columns are copied one by one. */
  private void takeAll() {
    Block block = current;
    if (block != null) {
      parts.values().stream().filter(part -> part.count > 0).forEach(part -> part.take(block));
    }
  }

  /** Gives each part its rows. */
  public void forEach(BiConsumer<K, Block> consumer) {
    takeAll();
    parts.forEach((part, rows) -> consumer.accept(part, rows.rows.build(Origin.NONE)));
  }
}
