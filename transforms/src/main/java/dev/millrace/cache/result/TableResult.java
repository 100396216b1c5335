// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import java.time.Instant;
import java.util.List;

/**
 * What is known of a part of a stage's result that stands in tables.
 *
 * @param stage whose result
 * @param part which part of it, a month for instance
 * @param key {@link ContentKey#hash} of all that decided it
 * @param output what was in the tables once it was written
 * @param rows read to make it
 * @param seconds that making it took, when it was made
 * @param tags by which it can be found, the tables read and written among them
 * @param madeAt when it was made, by the clock of the database
 * @param usedAt when it was last found unchanged, or made
 */
public record TableResult(
    String stage,
    String part,
    String key,
    Fingerprint output,
    long rows,
    double seconds,
    List<String> tags,
    Instant madeAt,
    Instant usedAt) {

  public TableResult {
    tags = List.copyOf(tags);
  }

  /**
   * A part that was made just now.
   *
   * @param part which
   * @param key of what decided it, as it was before it was made
   * @param output what is in the tables now
   * @param rows read to make it
   * @param seconds that making it took
   */
  public record Made(String part, String key, Fingerprint output, long rows, double seconds) {}
}
