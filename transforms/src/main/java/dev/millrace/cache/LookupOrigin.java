// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.io.Serializable;
import java.util.List;

/** Where a lookup finds what it finds, before it was looked at. Immutable. */
interface LookupOrigin extends Serializable {

  /**
   * What was settled.
   *
   * @param columns of the source's values that are put beside a row, in order
   */
  record Plan(LookupSource source, List<String> columns) {}

  /**
   * Settles what the options leave open.
   *
   * @throws IllegalArgumentException when they do not fit
   * @throws IllegalStateException when it cannot be looked at
   */
  Plan plan(LookupOptions options);
}
