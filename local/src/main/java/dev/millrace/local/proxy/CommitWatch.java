// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import dev.millrace.local.proxy.CommitFaults.Fault;
import dev.millrace.local.proxy.CommitFaults.Loss;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads both directions of one connection to PostgreSQL and decides at which bytes a {@link Fault}
 * strikes it. One thread reads the requests, another the replies.
 */
final class CommitWatch {

  /** What becomes of a chunk. */
  enum Verdict {
    /** It is handed on. */
    PASS,
    /** It is not handed on. */
    DROP,
    /** It is not handed on, and the connection is reset. */
    RESET
  }

  private final CommitFaults faults;
  private final FrontendParser requests = new FrontendParser();
  private final BackendParser replies = new BackendParser();
  private volatile boolean copied;
  private volatile @Nullable Fault awaitsReply;

  CommitWatch(CommitFaults faults) {
    this.faults = faults;
  }

  /** Reads what the client sends; called before it is handed on. */
  Verdict request(byte[] chunk) {
    if (requests.read(chunk) == 0 || awaitsReply != null) {
      return Verdict.PASS;
    }
    Optional<Fault> taken = faults.take(copied);
    copied = false;
    if (taken.isEmpty()) {
      return Verdict.PASS;
    }
    Fault fault = taken.get();
    if (fault.loss() == Loss.REQUEST) {
      fault.struck().complete(null);
      return Verdict.RESET;
    }
    awaitsReply = fault;
    return Verdict.PASS;
  }

  /** Reads what the server answers; called before it is handed on. */
  Verdict reply(byte[] chunk) {
    Fault fault = awaitsReply;
    for (String end : replies.read(chunk)) {
      if (end.startsWith("COPY ")) {
        copied = true;
      } else if (fault != null && endsTransaction(end)) {
        fault.struck().complete(null);
        return Verdict.RESET;
      }
    }
    return fault == null ? Verdict.PASS : Verdict.DROP;
  }

  /** COMMIT of a transaction that failed is answered by ROLLBACK, or by an error. */
  private static boolean endsTransaction(String end) {
    return end.equals("COMMIT") || end.equals("ROLLBACK") || end.equals(BackendParser.ERROR);
  }

  /** Called once the connection has ended: a fault that awaits a reply will not strike any more. */
  void end() {
    Fault fault = awaitsReply;
    if (fault != null) {
      fault
          .struck()
          .completeExceptionally(
              new IOException(
                  "Cannot drop the reply to COMMIT: the connection ended before there was one"));
    }
  }
}
