// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

/**
 * How far to cut ranges before rows are looked at.
 *
 * @param rangeRows rows of a range at first, about
 * @param fewRows so many rows are fetched sooner than their ranges are cut
 * @param parts of all ranges together, when almost all differ in some rows
 * @param batchRows rows that are fetched by one query, which the server sorts
 */
record Effort(long rangeRows, long fewRows, int parts, long batchRows) {

  static final Effort USUAL = new Effort(2_000, 100_000, 1 << 16, 1_000_000);
}
