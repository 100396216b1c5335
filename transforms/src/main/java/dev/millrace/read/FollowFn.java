// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockType;
import dev.millrace.block.Marshalled;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Fault;
import dev.millrace.connect.Outage;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.control.ByteSize;
import dev.millrace.control.ReadBudget;
import dev.millrace.control.UnitEstimate;
import dev.millrace.dialect.SchemaDriftException;
import dev.millrace.horizon.Look;
import dev.millrace.ledger.Interval;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.LedgerSource;
import dev.millrace.ledger.Position;
import dev.millrace.observe.Memory;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import java.sql.Connection;
import java.sql.SQLException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.ManualWatermarkEstimator;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker.IsBounded;
import org.apache.beam.sdk.transforms.splittabledofn.WatermarkEstimators;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads the splits of a window that is followed, given by the window and their numbers in the
 * ledger: those with an end as {@link ReadFn} does, and of the last one, which has none, what is
 * complete by the source's horizon, again and again. Its watermark is that horizon. It ends when
 * the ledger says so.
 *
 * <p>What a savepoint restores is what was left when it was taken, for an attempt of then. The
 * ledger may know more by now: rows were written after it, or by another run. So the attempt is
 * begun anew, which tells what is left and fences off whoever still works on the old one. Only
 * another window's splits cannot be gone on with, as there is nobody for this window's own.
 */
@DoFn.UnboundedPerElement
final class FollowFn extends DoFn<KV<String, Integer>, Block> implements LedgerSource, Staged {

  /** How long an end without rows is left for later, at most: it would cost a commit each time. */
  private static final java.time.Duration LAZY = java.time.Duration.ofSeconds(10);

  private final Marshalled<ConnectionSpec> spec;
  private final Marshalled<ReadPlan> plan;
  private final Marshalled<Following> following;
  private final String stage;

  // Worker scoped.
  private transient @Nullable Pool source;
  private transient @Nullable Pool target;
  private transient @Nullable RangeReader reader;
  private transient String memory = "";
  private transient java.time.@Nullable Instant covered;
  private transient @Nullable FollowWatch watch;
  private transient @Nullable Outage outage;
  private transient @Nullable ReadBudget budget;

  FollowFn(ConnectionSpec spec, ReadPlan plan, Following following) {
    this.spec = Marshalled.of(spec);
    this.plan = Marshalled.of(plan);
    this.following = Marshalled.of(following);
    this.stage = "follow " + plan.read().table().name();
  }

  @Override
  public String stage() {
    return stage;
  }

  @Setup
  public void setup() {
    ReadPlan plan = this.plan.get();
    source = Pool.share(spec.get(), Quota.READ);
    target = Pool.share(ledger().spec(), Quota.WRITE);
    memory = following.get().memory();
    watch = new FollowWatch(plan, following.get());
    outage = new Outage(spec.get().timeouts().retry(), stage);
    ByteSize block = ReadBudget.ofThisJvm(plan.splits().size(), plan.blockSize()).blockSize();
    // A checkpoint waits for a call of each split that its thread has.
    budget = new ReadBudget(1, block);
    reader = RangeReader.of(plan, new UnitEstimate(plan.bytesPerUnit()));
  }

  private Ledger ledger() {
    return requireNonNull(plan.get().ledger());
  }

  @GetInitialRestriction
  public Range initialRestriction(@Element KV<String, Integer> split) {
    return split(split).range();
  }

  /** By its number in the ledger; one that a savepoint knows may have been ended since. */
  private Split split(KV<String, Integer> element) {
    if (!element.getKey().equals(following.get().identity())) {
      throw new IllegalStateException(
          "Cannot follow %s from this savepoint: it is of window %s, and job %s is at window %s"
                  .formatted(
                      plan.get().read().table().name(),
                      element.getKey(),
                      ledger().job(),
                      following.get().identity())
              + "; run it without a savepoint, and it goes on from the ledger");
    }
    return new Split(Integer.toString(element.getValue()), Range.Gaps.UNKNOWN);
  }

  @GetRestrictionCoder
  public Coder<Range> restrictionCoder() {
    return new RangeCoder();
  }

  @NewTracker
  public RangeTracker newTracker(@Restriction Range range) {
    return new RangeTracker(range, IsBounded.UNBOUNDED);
  }

  @GetInitialWatermarkEstimatorState
  public Instant initialWatermark() {
    return BoundedWindow.TIMESTAMP_MIN_VALUE;
  }

  @NewWatermarkEstimator
  public WatermarkEstimators.Manual newWatermark(@WatermarkEstimatorState Instant watermark) {
    return new WatermarkEstimators.Manual(watermark);
  }

  @ProcessElement
  public ProcessContinuation process(
      @Element KV<String, Integer> element,
      RestrictionTracker<Range, Range> tracker,
      ManualWatermarkEstimator<Instant> watermark,
      OutputReceiver<Block> out)
      throws SQLException {
    Split split = split(element);
    ReadBudget now = requireNonNull(budget).within(Memory.ofThisJvm().room());
    Claims claims = new Claims(split, tracker, out, now);
    if (following.get().isOver(split, (Range.Gaps) claims.range())) {
      claims.found(Range.Gaps.UNKNOWN);
    }
    try (Stage.Span span = Stage.enter(stage)) {
      ProcessContinuation next = process(split, claims, watermark);
      requireNonNull(outage).over();
      return next;
    } catch (SQLException failure) {
      if (claims.isRefused()) {
        throw failure;
      }
      if (Fault.of(failure) != Fault.TRANSIENT) {
        requireShape(failure);
      }
      Duration wait = Duration.millis(requireNonNull(outage).failed(failure).toMillis());
      return ProcessContinuation.resume().withResumeDelay(wait);
    }
  }

  /** Columns may have changed between the look at them and a read, which then failed for it. */
  private void requireShape(SQLException failure) throws SQLException {
    try (Pool.Acquired acquired = requireNonNull(source).acquire(stage)) {
      requireShape(acquired.connection());
      acquired.connection().commit();
    } catch (SQLException | SchemaDriftException another) {
      another.addSuppressed(failure);
      throw another;
    }
  }

  private void requireShape(Connection connection) throws SQLException {
    following.get().requireShape(connection, plan.get().read().table().name());
  }

  private ProcessContinuation process(
      Split split, Claims claims, ManualWatermarkEstimator<Instant> watermark) throws SQLException {
    requireNonNull(reader).prepare(claims);
    if (!split.name().equals(following.get().split())) {
      read(claims);
      return claims.hasMore() ? ProcessContinuation.resume() : ProcessContinuation.stop();
    }
    if (isStopped((Range.Gaps) claims.range())) {
      claims.claim(Range.NOTHING);
      return ProcessContinuation.stop();
    }
    return follow(claims, watermark);
  }

  /** Whether to end; if so, says up to where all was handed on. */
  private boolean isStopped(Range.Gaps left) throws SQLException {
    try (Pool.Acquired acquired = requireNonNull(target).acquire("follow " + ledger().job())) {
      boolean stopped = ledger().isStopped(acquired.connection());
      if (stopped) {
        ledger().stopped(acquired.connection(), left.left().get(0).low());
      }
      return stopped;
    }
  }

  private ProcessContinuation follow(Claims claims, ManualWatermarkEstimator<Instant> watermark)
      throws SQLException {
    Range.Gaps gaps = (Range.Gaps) claims.range();
    Look look;
    Clipped clipped;
    boolean isLast;
    try (Pool.Acquired acquired = requireNonNull(source).acquire(stage)) {
      look = following.get().horizon().look(acquired.connection(), memory);
      memory = look.memory();
      watched(acquired.connection(), look, gaps, readUntil(watermark));
      requireShape(acquired.connection());
      acquired.connection().commit();
      Position high = cursor().complete(acquired.connection(), look, following.get().overlap());
      Clipped complete = Clipped.of(ledger().order(), gaps, high);
      clipped = withinWindow(acquired.connection(), gaps, complete);
      isLast = clipped.equals(complete);
    }
    if (!clipped.now().left().isEmpty()) {
      Instant floor = watermark.currentWatermark();
      claims.found(
          clipped.now(), clipped.tail(), isLast && isLazy(look), block -> timestamp(block, floor));
      read(claims);
      if (claims.blocks() > 0) {
        covered = look.serverTime();
      }
      if (claims.isRefused()) {
        return ProcessContinuation.stop();
      }
      if (!claims.isAtTail() || !isLast) {
        return ProcessContinuation.resume();
      }
    }
    advance(watermark, look);
    return ProcessContinuation.resume()
        .withResumeDelay(Duration.millis(following.get().poll().toMillis()));
  }

  /** Measures what the look says, and counts what came late of what is read. */
  private void watched(
      Connection connection, Look look, Range.Gaps left, java.time.@Nullable Instant read)
      throws SQLException {
    FollowWatch watch = requireNonNull(this.watch);
    watch.looked(look, read);
    if (left.left().size() == 1 && watch.isRecountDue(look.serverTime())) {
      try (Pool.Acquired acquired = requireNonNull(target).acquire("follow " + ledger().job())) {
        watch.recount(connection, acquired.connection(), ledger(), left.left().get(0).low());
      }
    }
  }

  private void read(Claims claims) throws SQLException {
    requireNonNull(reader).read(requireNonNull(source), stage, plan.get().session(), claims);
  }

  /** Clips further, so that no block holds rows of two event-time windows. */
  private Clipped withinWindow(Connection connection, Range.Gaps gaps, Clipped complete)
      throws SQLException {
    if (complete.now().left().isEmpty()) {
      return complete;
    }
    Interval first = complete.now().left().get(0);
    Position end = cursor().windowEnd(connection, first, following.get().window());
    if (end == null || (first.high() != null && ledger().order().compare(end, first.high()) >= 0)) {
      return complete;
    }
    return Clipped.first(gaps, end);
  }

  private CursorSql cursor() {
    return CursorSql.of(requireNonNull(plan.get().key()));
  }

  private boolean isLazy(Look look) {
    if (covered == null) {
      covered = look.serverTime();
    }
    return look.serverTime().isBefore(covered.plus(LAZY));
  }

  /** When the first row of a block came to be, if the cursor tells; else not before any other. */
  private Instant timestamp(Block block, Instant floor) {
    int cursor = block.schema().indexOf(requireNonNull(plan.get().key()).key().get(0));
    boolean known = block.schema().column(cursor).type().kind() == BlockType.Kind.TIMESTAMPTZ;
    if (!known || block.rows() == 0) {
      return floor;
    }
    long millis = Math.floorDiv(block.column(cursor).getLong(0), 1000L);
    return Instant.ofEpochMilli(
        Math.max(
            BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis(),
            Math.min(BoundedWindow.TIMESTAMP_MAX_VALUE.getMillis(), millis)));
  }

  /** Up to when all was read at the last look after which nothing was left; null before it. */
  private java.time.@Nullable Instant readUntil(ManualWatermarkEstimator<Instant> watermark) {
    Instant complete = watermark.currentWatermark();
    if (!complete.isAfter(BoundedWindow.TIMESTAMP_MIN_VALUE)) {
      return null;
    }
    java.time.Duration overlap = following.get().overlap();
    java.time.Instant read = java.time.Instant.ofEpochMilli(complete.getMillis());
    return overlap == null ? read : read.plus(overlap);
  }

  private void advance(ManualWatermarkEstimator<Instant> watermark, Look look) {
    requireNonNull(watch).read(look);
    java.time.Instant complete =
        look.lag() == null ? look.serverTime() : look.serverTime().minus(look.lag());
    java.time.Duration overlap = following.get().overlap();
    complete = overlap == null ? complete : complete.minus(overlap);
    Instant next = Instant.ofEpochMilli(complete.toEpochMilli());
    if (next.isAfter(watermark.currentWatermark())) {
      watermark.setWatermark(next);
    }
  }

  @Teardown
  public void teardown() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
    if (reader != null) {
      reader.close();
      reader = null;
    }
    if (source != null) {
      source.close();
      source = null;
    }
    if (target != null) {
      target.close();
      target = null;
    }
  }
}
