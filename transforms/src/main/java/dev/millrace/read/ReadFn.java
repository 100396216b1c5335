// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.Marshalled;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Outage;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.control.ReadBudget;
import dev.millrace.control.UnitEstimate;
import dev.millrace.ledger.LedgerSource;
import dev.millrace.observe.Memory;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import java.sql.SQLException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker.IsBounded;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads splits of a plan, given by their numbers. A call reads a few blocks within one transaction
 * and returns, so that the runner can pass them on; see {@link ReadBudget}.
 */
@DoFn.BoundedPerElement
final class ReadFn extends DoFn<Integer, Block> implements LedgerSource, Staged {

  private final Marshalled<ConnectionSpec> spec;
  private final Marshalled<ReadPlan> plan;
  private final String stage;

  // Worker scoped.
  private transient @Nullable Pool pool;
  private transient @Nullable RangeReader reader;
  private transient @Nullable Outage outage;
  private transient @Nullable ReadBudget budget;

  ReadFn(ConnectionSpec spec, ReadPlan plan) {
    this.spec = Marshalled.of(spec);
    this.plan = Marshalled.of(plan);
    this.stage = "read " + plan.read().table().name();
  }

  @Override
  public String stage() {
    return stage;
  }

  @Setup
  public void setup() {
    pool = Pool.share(spec.get(), Quota.READ);
    outage = new Outage(spec.get().timeouts().retry(), stage);
    ReadPlan plan = this.plan.get();
    budget = ReadBudget.ofThisJvm(plan.splits().size(), plan.blockSize());
    reader = RangeReader.of(plan, new UnitEstimate(plan.bytesPerUnit()));
  }

  @GetInitialRestriction
  public Range initialRestriction(@Element Integer split) {
    return plan.get().splits().get(split).range();
  }

  @GetRestrictionCoder
  public Coder<Range> restrictionCoder() {
    return new RangeCoder();
  }

  @NewTracker
  public RangeTracker newTracker(@Restriction Range range) {
    return new RangeTracker(range, IsBounded.BOUNDED);
  }

  @ProcessElement
  public ProcessContinuation process(
      @Element Integer split, RestrictionTracker<Range, Range> tracker, OutputReceiver<Block> out)
      throws SQLException {
    ReadBudget now = requireNonNull(budget).within(Memory.ofThisJvm().room());
    Claims claims = new Claims(plan.get().splits().get(split), tracker, out, now);
    try (Stage.Span span = Stage.enter(stage)) {
      read(claims);
      requireNonNull(outage).over();
      return claims.hasMore() ? ProcessContinuation.resume() : ProcessContinuation.stop();
    } catch (SQLException failure) {
      // In the order of a ledger's key what was claimed was output; else it may be so in part.
      if (claims.isRefused() || (claims.isBegun() && plan.get().ledger() == null)) {
        throw failure;
      }
      Duration wait = Duration.millis(requireNonNull(outage).failed(failure).toMillis());
      return ProcessContinuation.resume().withResumeDelay(wait);
    }
  }

  private void read(Claims claims) throws SQLException {
    requireNonNull(reader).prepare(claims);
    requireNonNull(reader).read(requireNonNull(pool), stage, plan.get().session(), claims);
  }

  @Teardown
  public void teardown() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
    if (pool != null) {
      pool.close();
      pool = null;
    }
  }
}
