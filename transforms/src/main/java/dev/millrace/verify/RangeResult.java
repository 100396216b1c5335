// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

/**
 * A range of the key, or a window of the cursor, that differs.
 *
 * @param range for people, as in {@code (100 .. 200]}
 */
public record RangeResult(String range, long sourceRows, long targetRows) {}
