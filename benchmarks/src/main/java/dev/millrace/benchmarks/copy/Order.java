// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** A row of {@link Orders} as an element of a pipeline that moves row by row. */
public record Order(
    long id,
    int account,
    short kind,
    BigDecimal amount,
    String customer,
    @Nullable String note,
    Instant createdAt,
    @Nullable LocalDate due,
    boolean paid,
    double weight) {}
