// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.Serializable;
import org.apache.beam.sdk.util.SerializableUtils;
import org.jspecify.annotations.Nullable;

/**
 * A value in its serialised form, for what a {@code DoFn} or a coder carries. The direct runner
 * serialises both for every bundle, and an array passes at once where an object of many parts takes
 * as long as some thousands of rows.
 *
 * <p>Immutable and safe to share between threads.
 *
 * @param <T> the value's type, itself immutable
 */
public final class Marshalled<T extends Serializable> implements Serializable {

  private final byte[] bytes;
  private transient volatile @Nullable T value;

  private Marshalled(T value) {
    this.bytes = SerializableUtils.serializeToByteArray(value);
    this.value = value;
  }

  /**
   * Serialises a value.
   *
   * @throws IllegalArgumentException when part of it cannot be serialised
   */
  public static <T extends Serializable> Marshalled<T> of(T value) {
    return new Marshalled<>(value);
  }

  /** The value, deserialised when first asked for in another place than it was made. */
  @SuppressWarnings("unchecked") // The bytes are those of a T.
  public T get() {
    T known = value;
    if (known == null) {
      known = (T) SerializableUtils.deserializeFromByteArray(bytes, "a marshalled value");
      value = known;
    }
    return known;
  }
}
