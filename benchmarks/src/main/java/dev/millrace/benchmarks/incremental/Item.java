// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.incremental;

import java.math.BigDecimal;
import java.time.Instant;

/** A row of the table, as the baseline has it. */
record Item(long id, int account, String note, BigDecimal amount, Instant updatedAt) {}
