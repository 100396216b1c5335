// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.incremental;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.beam.sdk.coders.BigDecimalCoder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;

/** Writes and reads the baseline's rows. */
final class ItemCoder extends CustomCoder<Item> {

  @Override
  public void encode(Item item, OutputStream out) throws IOException {
    VarLongCoder.of().encode(item.id(), out);
    VarIntCoder.of().encode(item.account(), out);
    StringUtf8Coder.of().encode(item.note(), out);
    BigDecimalCoder.of().encode(item.amount(), out);
    // PostgreSQL's times have microseconds.
    VarLongCoder.of().encode(ChronoUnit.MICROS.between(Instant.EPOCH, item.updatedAt()), out);
  }

  @Override
  public Item decode(InputStream in) throws IOException {
    return new Item(
        VarLongCoder.of().decode(in),
        VarIntCoder.of().decode(in),
        StringUtf8Coder.of().decode(in),
        BigDecimalCoder.of().decode(in),
        Instant.EPOCH.plus(VarLongCoder.of().decode(in), ChronoUnit.MICROS));
  }

  @Override
  public void verifyDeterministic() {
    // Every part has one encoding.
  }
}
