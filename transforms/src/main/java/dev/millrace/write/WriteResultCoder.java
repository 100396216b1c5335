// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.jspecify.annotations.Nullable;

/** Writes and reads the results of a write. */
final class WriteResultCoder extends CustomCoder<WriteResult> {

  @Override
  public void encode(WriteResult result, OutputStream out) throws IOException {
    StringUtf8Coder.of().encode(result.split(), out);
    VarLongCoder.of().encode(result.rows(), out);
    VarLongCoder.of().encode(result.bytes(), out);
  }

  @Override
  public WriteResult decode(InputStream in) throws IOException {
    String split = StringUtf8Coder.of().decode(in);
    long rows = VarLongCoder.of().decode(in);
    return new WriteResult(split, rows, VarLongCoder.of().decode(in));
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
    return other instanceof WriteResultCoder;
  }

  @Override
  public int hashCode() {
    return WriteResultCoder.class.hashCode();
  }
}
