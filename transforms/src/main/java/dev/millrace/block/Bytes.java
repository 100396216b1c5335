// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Little-endian words in byte arrays, as Arrow lays them out; and validity bitmaps. */
final class Bytes {

  /** The most bytes that every JVM allows an array. */
  static final int LARGEST = Integer.MAX_VALUE - 8;

  static final byte[] NONE = new byte[0];
  static final VarHandle SHORT = view(short[].class);
  static final VarHandle INT = view(int[].class);
  static final VarHandle LONG = view(long[].class);
  static final VarHandle FLOAT = view(float[].class);
  static final VarHandle DOUBLE = view(double[].class);

  private Bytes() {}

  private static VarHandle view(Class<?> words) {
    return MethodHandles.byteArrayViewVarHandle(words, ByteOrder.LITTLE_ENDIAN);
  }

  static int bitmapLength(int bits) {
    return (bits + 7) >>> 3;
  }

  /**
   * The length of an array of {@code bytes} for a column.
   *
   * @throws IllegalStateException when no array is as long
   */
  static int checkedLength(long bytes, String column) {
    if (bytes > LARGEST) {
      throw new IllegalStateException(
          "Cannot hold "
              + bytes
              + " bytes of column "
              + column
              + " in a block: an array has at most "
              + LARGEST);
    }
    return (int) bytes;
  }

  /** A bit of a bitmap that begins at {@code at}. */
  static boolean bit(byte[] bytes, int at, int index) {
    return (bytes[at + (index >>> 3)] >>> (index & 7) & 1) != 0;
  }

  static void setBit(byte[] bitmap, int index) {
    bitmap[index >>> 3] |= (byte) (1 << (index & 7));
  }
}
