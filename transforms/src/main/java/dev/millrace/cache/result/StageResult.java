// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Marshalled;
import dev.millrace.cache.tier.Name;
import dev.millrace.observe.Events;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * What a stage makes: computed once, and read from where it was kept by each later run for which
 * all that decides it is the same.
 *
 * <pre>{@code
 * ContentKey key = ContentKey.of("cleaned").input("orders", checksum).code(Cleaned.class);
 * PCollection<Block> cleaned =
 *     pipeline.apply("Cleaned", StageResult.of(key, schema, new Cleaned()).in(store));
 * }</pre>
 *
 * <p>Bounded, of the global window; timestamps are not kept. The blocks are the same, in another
 * order and without their origin. A result is kept when the whole stage is through, whether or not
 * the rest of the run succeeds; if it cannot be kept, an event says why, and the run goes on.
 * Memory: a few blocks a thread, and up to 8 MiB of them at a time on the direct runner.
 *
 * <p>Immutable; every with-er returns a new instance.
 */
public final class StageResult extends PTransform<PBegin, PCollection<Block>> {

  private static final Clock CLOCK = Clock.systemUTC();

  private final ContentKey key;
  private final Marshalled<BlockSchema> schema;
  private final PTransform<PBegin, PCollection<Block>> stage;
  private final List<String> tags;
  private final ResultStore store;
  private final boolean anew;

  private StageResult(
      ContentKey key,
      Marshalled<BlockSchema> schema,
      PTransform<PBegin, PCollection<Block>> stage,
      List<String> tags,
      ResultStore store,
      boolean anew) {
    this.key = key;
    this.schema = schema;
    this.stage = stage;
    this.tags = tags;
    this.store = store;
    this.anew = anew;
  }

  /** What is to be made, but for where it is kept. */
  public static final class Unplaced {
    private final ContentKey key;
    private final Marshalled<BlockSchema> schema;
    private final PTransform<PBegin, PCollection<Block>> stage;

    private Unplaced(
        ContentKey key,
        Marshalled<BlockSchema> schema,
        PTransform<PBegin, PCollection<Block>> stage) {
      this.key = key;
      this.schema = schema;
      this.stage = stage;
    }

    public StageResult in(ResultStore store) {
      return new StageResult(key, schema, stage, List.of(), store, false);
    }
  }

  /**
   * A stage.
   *
   * @param key all that decides what it makes; its stage's name is 1 to 100 letters, digits, dots,
   *     dashes or underscores
   * @param schema of what it makes, which decides, too
   * @param stage makes it
   * @throws IllegalArgumentException when the name has another form
   */
  public static Unplaced of(
      ContentKey key, BlockSchema schema, PTransform<PBegin, PCollection<Block>> stage) {
    Name.checked("stage", key.stage());
    return new Unplaced(key.parameter("schema", schema.toString()), Marshalled.of(schema), stage);
  }

  /** Words by which the result can be invalidated; default: none. */
  public StageResult tagged(String... words) {
    return new StageResult(key, schema, stage, List.of(words), store, anew);
  }

  /** Computes it in any case, and keeps it. */
  public StageResult anew() {
    return new StageResult(key, schema, stage, tags, store, true);
  }

  /**
   * Looks whether the result is there.
   *
   * @throws IllegalArgumentException when the stage makes blocks of another schema, has no end, or
   *     windows
   */
  @Override
  public PCollection<Block> expand(PBegin begin) {
    Optional<Kept> kept = anew ? Optional.empty() : store.find(key);
    return kept.isPresent() ? reuse(begin, kept.get()) : make(begin);
  }

  private PCollection<Block> reuse(PBegin begin, Kept kept) {
    Events.add(
        "result",
        String.format(
            Locale.ROOT,
            "%s is unchanged since %s: %,d rows are read from %s, which saves about %.1f s",
            key.stage(),
            Instant.ofEpochMilli(kept.made()),
            kept.rows(),
            store,
            kept.seconds()));
    return begin
        .apply(
            "Kept files",
            Create.of(kept.files().stream().map(file -> KV.of(file.name(), file.blocks())).toList())
                .withCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of())))
        .apply("Spread", Reshuffle.viaRandomKey())
        .apply("Read", ParDo.of(new ReuseFn(store, key, schema)))
        .setCoder(BlockCoder.of(schema.get()));
  }

  private PCollection<Block> make(PBegin begin) {
    PCollection<Block> made = begin.apply("Make", stage);
    BlockSchema found = BlockCoder.schemaOf(made);
    if (!found.equals(schema.get())) {
      throw new IllegalArgumentException(
          "Invalid schema of %s: %s (must be %s, as said)"
              .formatted(key.stage(), found, schema.get()));
    }
    if (made.isBounded() == PCollection.IsBounded.UNBOUNDED
        || !made.getWindowingStrategy().getWindowFn().equals(new GlobalWindows())) {
      throw new IllegalArgumentException(
          "Cannot keep the result of " + key.stage() + ": it has windows, or no end");
    }
    PCollection<String> files =
        made.apply("Keep", ParDo.of(new KeepFn(store, key, schema))).setCoder(StringUtf8Coder.of());
    // So that there is something to commit when the stage makes nothing.
    PCollection<String> begun = begin.apply("Begun", Create.of(KeepFn.NOTHING));
    PCollectionList.of(files)
        .and(begun)
        .apply("Files", Flatten.pCollections())
        .apply("As one", WithKeys.<String, String>of("").withKeyType(TypeDescriptors.strings()))
        .apply("All", GroupByKey.create())
        .apply("Commit", ParDo.of(new CommitFn(store, key, tags, CLOCK.millis())));
    return made;
  }
}
