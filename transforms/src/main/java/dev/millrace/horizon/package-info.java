// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * Up to where a table may be read by a cursor without losing a row that is committed later: half
 * open windows closed by the source's own clock and transactions.
 */
@NullMarked
package dev.millrace.horizon;

import org.jspecify.annotations.NullMarked;
