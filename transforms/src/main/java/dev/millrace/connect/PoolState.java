// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

/** What is counted of a pool. */
public enum PoolState {
  /** Connections that are out. */
  ACTIVE,
  /** Connections that wait to be taken. */
  IDLE,
  /** Threads that wait for a connection. */
  PENDING,
  /** Connections at most. */
  MAX,
  /** Connections that may be out at a time for now. */
  LIMIT
}
