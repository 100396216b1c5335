// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.cache.result.ContentKey;
import dev.millrace.cache.result.Fingerprint;
import java.sql.SQLException;
import java.util.SortedMap;

/** How a stage's result falls into parts that are made, kept and left out one by one. */
interface Parts {

  /** What they are called, in the plural. */
  String unit();

  /** What decides each part, as things are now. */
  SortedMap<String, ContentKey> keys() throws SQLException;

  /** What is in the tables of each part now; of a part without rows there may be nothing. */
  SortedMap<String, Fingerprint> outputs() throws SQLException;

  /** How many rows a run reads to make a part that {@link #keys} named. */
  long rows(String part);
}
