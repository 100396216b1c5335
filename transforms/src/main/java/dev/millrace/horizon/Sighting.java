// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.time.Instant;
import java.util.List;

/**
 * What one look saw of a database's transactions.
 *
 * @param clock of the server, read before the transactions
 * @param open the transactions that may write, oldest first
 * @param prepared those prepared that may have written the table, read after the open ones
 * @param blind why not all of them can be seen; empty when they can
 */
record Sighting(Instant clock, List<Open> open, List<Prepared> prepared, List<String> blind) {

  /**
   * An open transaction.
   *
   * @param since at most its {@code now()}
   */
  record Open(Instant since, Holder holder) {}

  /**
   * A prepared transaction.
   *
   * @param id the same as long as it is prepared, and of no other
   */
  record Prepared(String id, Holder holder) {}

  Sighting {
    open = List.copyOf(open);
    prepared = List.copyOf(prepared);
    blind = List.copyOf(blind);
  }

  /** At most the {@code now()} of every transaction that is open, or begins later. */
  Instant oldest() {
    return open.stream()
        .map(Open::since)
        .filter(since -> since.isBefore(clock))
        .min(Instant::compareTo)
        .orElse(clock);
  }
}
