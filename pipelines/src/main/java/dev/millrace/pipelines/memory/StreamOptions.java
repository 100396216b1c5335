// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.memory;

import dev.millrace.connect.ConnectionSpec;
import java.io.Serializable;

/**
 * What to generate, and where it goes.
 *
 * @param database where the table is
 * @param table to append to; of {@code id}, a bigint, {@code number}, a double precision, and
 *     {@code payload}, a text
 * @param rows 0 or more
 * @param width characters of each payload, 0 to 10,000,000
 * @param parallelism threads that generate, 1 or more
 */
public record StreamOptions(
    ConnectionSpec database, String table, long rows, int width, int parallelism)
    implements Serializable {

  private static final int WIDEST = 10_000_000;

  public StreamOptions {
    if (rows < 0) {
      throw new IllegalArgumentException("Invalid rows: " + rows + " (must be 0 or more)");
    }
    if (width < 0 || width > WIDEST) {
      throw new IllegalArgumentException(
          "Invalid width: %d (must be from 0 to %d characters)".formatted(width, WIDEST));
    }
  }
}
