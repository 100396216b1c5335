// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.Ledger;
import java.util.List;
import org.apache.beam.sdk.coders.BooleanCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.Impulse;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;

/**
 * Follows a table: its rows in the order of the cursor, as soon as the source says that no more can
 * come among them, until its job is told to stop.
 *
 * <p>Unbounded. The watermark is the time up to which the source's rows are complete; a block's
 * timestamp is the cursor of its first row, if that is a {@code timestamptz}. Each block is written
 * once, by the ledger, whatever a runner repeats. One connection reads; what is there already when
 * it begins is read in parts by as many threads as the runner has.
 */
public final class Follow extends PTransform<PBegin, PCollection<Block>> {

  private final ConnectionSpec spec;
  private final ReadPlan plan;
  private final Following following;
  private final List<String> doubts;

  Follow(ConnectionSpec spec, ReadPlan plan, Following following, List<String> doubts) {
    this.spec = spec;
    this.plan = plan;
    this.following = following;
    this.doubts = List.copyOf(doubts);
  }

  /** What is to be told once of the cursor, in sentences. */
  public List<String> doubts() {
    return doubts;
  }

  /** The columns that are read. */
  public BlockSchema schema() {
    return plan.read().schema();
  }

  /** Into what the blocks must be entered when they are written. */
  public Ledger ledger() {
    return requireNonNull(plan.ledger());
  }

  @Override
  public PCollection<Block> expand(PBegin input) {
    List<KV<String, Integer>> splits =
        plan.splits().stream()
            .map(split -> KV.of(following.identity(), Integer.valueOf(split.name())))
            .toList();
    // Flink's runner gives a source no name of its own, so that Flink makes one, of whether the
    // source is fused with what follows: it is when both run once, and a savepoint would not serve
    // a job of other parallelism. What follows two sources is never fused with either.
    return PCollectionList.of(input.apply("Begin", Impulse.create()))
        .and(input.apply("Begin twice", Impulse.create()))
        .apply("Begun", Flatten.pCollections())
        .apply("Once", WithKeys.of(0))
        .apply("Splits", ParDo.of(new SplitsFn(splits)))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()))
        .apply("Read", ParDo.of(new FollowFn(spec, plan, following)))
        .setCoder(BlockCoder.of(schema()));
  }

  /**
   * Gives the splits at the first call, each by its window and number. Not {@code Create}, which
   * expands to other steps for one than for many: a savepoint serves only the same steps.
   */
  private static final class SplitsFn extends DoFn<KV<Integer, byte[]>, KV<String, Integer>> {
    private final List<KV<String, Integer>> splits;

    @StateId("given")
    private final StateSpec<ValueState<Boolean>> given = StateSpecs.value(BooleanCoder.of());

    SplitsFn(List<KV<String, Integer>> splits) {
      this.splits = splits;
    }

    @ProcessElement
    public void process(
        @StateId("given") ValueState<Boolean> given, OutputReceiver<KV<String, Integer>> out) {
      if (given.read() == null) {
        given.write(true);
        splits.forEach(out::output);
      }
    }
  }
}
