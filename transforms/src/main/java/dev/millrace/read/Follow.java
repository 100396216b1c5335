// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.Ledger;
import java.util.List;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Impulse;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

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
    List<Integer> numbers =
        plan.splits().stream().map(split -> Integer.valueOf(split.name())).toList();
    return input
        .apply("Begin", Impulse.create())
        .apply("Splits", ParDo.of(new SplitsFn(numbers)))
        .setCoder(VarIntCoder.of())
        .apply("Read", ParDo.of(new FollowFn(spec, plan, following)))
        .setCoder(BlockCoder.of(schema()));
  }

  /**
   * Gives the numbers of the splits. Not {@code Create}, which expands to other steps for one than
   * for many: a savepoint serves only the same steps.
   */
  private static final class SplitsFn extends DoFn<byte[], Integer> {
    private final List<Integer> numbers;

    SplitsFn(List<Integer> numbers) {
      this.numbers = numbers;
    }

    @ProcessElement
    public void process(OutputReceiver<Integer> out) {
      numbers.forEach(out::output);
    }
  }
}
