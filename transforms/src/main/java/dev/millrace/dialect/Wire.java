// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian words in byte arrays and the frame of binary {@code COPY}. */
final class Wire {

  static final VarHandle SHORT = view(short[].class);
  static final VarHandle INT = view(int[].class);
  static final VarHandle LONG = view(long[].class);
  static final VarHandle FLOAT = view(float[].class);
  static final VarHandle DOUBLE = view(double[].class);

  /** Before the first row: signature, flags and length of an extension, both 0. */
  static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  /** After the last row, in place of a row's number of fields. */
  static final short TRAILER = -1;

  private Wire() {}

  private static VarHandle view(Class<?> words) {
    return MethodHandles.byteArrayViewVarHandle(words, ByteOrder.BIG_ENDIAN);
  }
}
