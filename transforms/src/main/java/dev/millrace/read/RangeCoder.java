// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.ledger.Interval;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.BooleanCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads ranges, each after a byte that tells its kind. A runner encodes the rest of a
 * split many times, for which Java's own serialisation is too slow.
 */
final class RangeCoder extends CustomCoder<Range> {

  private static final int PAGES = 0;
  private static final int KEYS = 1;
  private static final int NULL_KEYS = 2;
  private static final int GAPS = 3;

  private static final Coder<@Nullable List<String>> KEY =
      NullableCoder.of(ListCoder.of(StringUtf8Coder.of()));

  @Override
  public void encode(Range range, OutputStream out) throws IOException {
    if (range instanceof Range.Pages pages) {
      out.write(PAGES);
      VarLongCoder.of().encode(pages.from(), out);
      VarLongCoder.of().encode(pages.skip(), out);
      VarLongCoder.of().encode(pages.end(), out);
      VarLongCoder.of().encode(pages.to(), out);
      BooleanCoder.of().encode(pages.last(), out);
    } else if (range instanceof Range.Keys keys) {
      out.write(KEYS);
      KEY.encode(keys.low(), out);
      KEY.encode(keys.high(), out);
    } else if (range instanceof Range.Gaps gaps) {
      out.write(GAPS);
      VarLongCoder.of().encode(gaps.epoch(), out);
      VarIntCoder.of().encode(gaps.left().size(), out);
      for (Interval each : gaps.left()) {
        StringUtf8Coder.of().encode(each.lowText(), out);
        StringUtf8Coder.of().encode(each.highText(), out);
      }
    } else if (range instanceof Range.NullKeys nulls) {
      out.write(NULL_KEYS);
      BooleanCoder.of().encode(nulls.done(), out);
    }
  }

  @Override
  public Range decode(InputStream in) throws IOException {
    int kind = in.read();
    return switch (kind) {
      case PAGES -> {
        long from = VarLongCoder.of().decode(in);
        long skip = VarLongCoder.of().decode(in);
        long end = VarLongCoder.of().decode(in);
        long to = VarLongCoder.of().decode(in);
        yield new Range.Pages(from, skip, end, to, BooleanCoder.of().decode(in));
      }
      case KEYS -> {
        List<String> low = KEY.decode(in);
        yield new Range.Keys(low, KEY.decode(in));
      }
      case GAPS -> {
        long epoch = VarLongCoder.of().decode(in);
        List<Interval> left = new ArrayList<>();
        for (int count = VarIntCoder.of().decode(in); count > 0; count--) {
          String low = StringUtf8Coder.of().decode(in);
          left.add(Interval.of(low, StringUtf8Coder.of().decode(in)));
        }
        yield new Range.Gaps(epoch, left);
      }
      case NULL_KEYS -> new Range.NullKeys(BooleanCoder.of().decode(in));
      default -> throw new CoderException("Cannot decode a range: unknown kind " + kind);
    };
  }

  @Override
  public void verifyDeterministic() {
    // Every part has one encoding.
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RangeCoder;
  }

  @Override
  public int hashCode() {
    return RangeCoder.class.hashCode();
  }
}
