// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Marshalled;
import dev.millrace.block.OneToOne;
import dev.millrace.cache.tier.Entry;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.jspecify.annotations.Nullable;

/** Puts beside the rows of a block what is found for their keys. */
final class LookupFn extends DoFn<Block, Block> implements OneToOne, Staged {

  private final Lookup lookup;
  private final String stage;
  private final Marshalled<BlockSchema> input;
  private final Marshalled<BlockSchema> added;

  // Worker scoped.
  private transient LookupSource.@Nullable Opened source;
  private transient @Nullable SharedCache cache;

  /**
   * A step.
   *
   * @param input of the blocks that come
   * @param added the columns that are put beside them, named as in the output
   */
  LookupFn(Lookup lookup, BlockSchema input, BlockSchema added) {
    this.lookup = lookup;
    this.stage = "look up " + lookup.name();
    this.input = Marshalled.of(input);
    this.added = Marshalled.of(added);
  }

  @Override
  public String stage() {
    return stage;
  }

  @Setup
  public void open() {
    source = lookup.source().open();
    CacheSettings settings = lookup.settings();
    if (settings != null) {
      cache = SharedCache.share(lookup.name(), settings);
    }
  }

  @ProcessElement
  public void process(@Element Block block, OutputReceiver<Block> out) throws Exception {
    out.output(beside(block));
  }

  private Block beside(Block block) throws Exception {
    try (Stage.Span span = Stage.enter(stage)) {
      Stage.moved(block.rows(), block.bytes());
      Found found = lookUp(block);
      int unmatched = found.unmatched();
      Measure.ROWS_UNMATCHED.add(unmatched);
      boolean all = unmatched == 0 || lookup.keepsUnmatched();
      return found.beside(all ? block : matched(block, found), added.get());
    }
  }

  private Found lookUp(Block block) throws Exception {
    int[] columns = positions(block.schema(), lookup.key());
    KeyIndex index = KeyIndex.of(block, columns);
    return Found.of(lookup, block, index, values(block, columns, index.firsts()));
  }

  /** Of each row what is found for it; null where nothing is. */
  private byte[] @Nullable [] values(Block block, int[] columns, int[] rows) throws Exception {
    LookupSource.Opened asked = requireNonNull(source);
    if (cache == null) {
      try (Stage.Wait wait = Stage.waiting(Spent.LOADING)) {
        return asked.load(block, columns, rows);
      }
    }
    Entry[] entries =
        cache
            .cache()
            .get(
                asked.keys(block, columns, rows),
                positions -> asked.load(block, columns, at(rows, positions)));
    byte[] @Nullable [] values = new byte[rows.length][];
    Arrays.setAll(values, i -> entries[i].value());
    return values;
  }

  private static int[] at(int[] rows, int[] positions) {
    return Arrays.stream(positions).map(position -> rows[position]).toArray();
  }

  private static int[] positions(BlockSchema schema, List<String> names) {
    return names.stream().mapToInt(schema::indexOf).toArray();
  }

  private Block matched(Block block, Found found) {
    BlockBuilder builder = new BlockBuilder(input.get());
    for (int row = 0; row < block.rows(); row++) {
      if (found.isMatched(row)) {
        builder.appendFrom(block, row);
      }
    }
    return builder.build(block.origin());
  }

  @Teardown
  public void close() {
    // First the cache, which may be asking the source.
    if (cache != null) {
      cache.close();
      cache = null;
    }
    if (source != null) {
      source.close();
      source = null;
    }
  }
}
