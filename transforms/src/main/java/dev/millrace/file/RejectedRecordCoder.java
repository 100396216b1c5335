// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;
import org.jspecify.annotations.Nullable;

/** Writes and reads {@link RejectedRecord}s. */
final class RejectedRecordCoder extends CustomCoder<RejectedRecord> {

  private static final StringUtf8Coder TEXT = StringUtf8Coder.of();

  @Override
  public void encode(RejectedRecord record, OutputStream out) throws IOException {
    TEXT.encode(record.file(), out);
    VarInt.encode(record.line(), out);
    TEXT.encode(record.text(), out);
    TEXT.encode(record.why(), out);
  }

  @Override
  public RejectedRecord decode(InputStream in) throws IOException {
    return new RejectedRecord(
        TEXT.decode(in), VarInt.decodeLong(in), TEXT.decode(in), TEXT.decode(in));
  }

  @Override
  public void verifyDeterministic() {
    // Its parts are.
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RejectedRecordCoder;
  }

  @Override
  public int hashCode() {
    return RejectedRecordCoder.class.hashCode();
  }
}
