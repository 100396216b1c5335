// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import java.io.Serializable;
import java.time.LocalDateTime;

/** The hours that a run of the silver layer writes, and those that it reads for them. */
public interface Hours extends Serializable {

  /** Whether a run writes this hour. */
  boolean contains(LocalDateTime hour);

  /** Whether a run reads this hour. */
  boolean needs(LocalDateTime hour);

  /** The rows of the bronze table that a run reads, as a condition in SQL. */
  String needed();

  /** The rows of the bronze table that a run writes, as a condition in SQL. */
  String own();

  /** The rows of the silver table that a run writes, as a condition in SQL. */
  String written();
}
