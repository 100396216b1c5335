// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The faults that wait for a COMMIT. Each strikes one, in the order in which they were added.
 *
 * <p>Safe for use by several threads.
 */
final class CommitFaults {

  /** What is lost of a COMMIT. */
  enum Loss {
    REQUEST,
    REPLY
  }

  /**
   * A fault.
   *
   * @param afterCopy whether it waits for a transaction with a COPY
   * @param struck completes when it strikes; once it is done in any way, the fault waits no more
   */
  record Fault(Loss loss, boolean afterCopy, CompletableFuture<Void> struck) {}

  private final List<Fault> waiting = new ArrayList<>();

  /** Adds a fault; returns what completes when it strikes. */
  synchronized CompletableFuture<Void> add(Loss loss, boolean afterCopy) {
    Fault fault = new Fault(loss, afterCopy, new CompletableFuture<>());
    waiting.add(fault);
    return fault.struck();
  }

  /**
   * Takes out the fault that is to strike a COMMIT, if any.
   *
   * @param copied whether its transaction has a COPY
   */
  synchronized Optional<Fault> take(boolean copied) {
    for (Iterator<Fault> faults = waiting.iterator(); faults.hasNext(); ) {
      Fault fault = faults.next();
      if (fault.struck().isDone()) {
        faults.remove();
      } else if (copied || !fault.afterCopy()) {
        faults.remove();
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  /** Takes out all faults and cancels what would complete. */
  void cancel() {
    List<Fault> cancelled;
    synchronized (this) {
      cancelled = List.copyOf(waiting);
      waiting.clear();
    }
    cancelled.forEach(fault -> fault.struck().cancel(false));
  }
}
