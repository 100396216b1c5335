// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

/**
 * When to stop cutting and to look at rows.
 *
 * @param rangeRows rows of a range at first, about
 * @param fewRows so many rows are fetched sooner than their ranges are cut
 * @param batchRows rows that are fetched by one query, which the server sorts
 */
record Effort(long rangeRows, long fewRows, long batchRows) {

  static final Effort USUAL = new Effort(2_000, 100_000, 1_000_000);
}
