// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * For whom threads take connections, where several work side by side in a JVM and one of them may
 * have to be ended: a thread that waits for the server heeds no interrupt. Threads that are started
 * within {@link #call} belong to the same owner.
 *
 * <p>Safe for use by several threads.
 */
public final class Owner {

  private static final InheritableThreadLocal<Owner> CURRENT = new InheritableThreadLocal<>();

  private final Set<Pool.Acquired> acquired = new HashSet<>();
  private final Set<Connection> opened = Collections.newSetFromMap(new WeakHashMap<>());
  private @Nullable Thread main;
  private @Nullable String ended;

  /** Does something in this thread, for this owner. */
  public <T> T call(Callable<T> work) throws Exception {
    Owner before = CURRENT.get();
    synchronized (this) {
      main = Thread.currentThread();
    }
    CURRENT.set(this);
    try {
      return work.call();
    } finally {
      if (before == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(before);
      }
    }
  }

  /**
   * Has the server stop what it does for its connections, and cuts them: those taken from pools,
   * and those that the thread of {@link #call} opened. It is given no other.
   *
   * @param why what whoever waits on one fails with, as in {@code it took longer than 8 s}
   */
  public void abort(String why) {
    List<Pool.Acquired> taken;
    List<Connection> others;
    synchronized (this) {
      ended = why;
      taken = List.copyOf(acquired);
      others = List.copyOf(opened);
    }
    taken.forEach(each -> each.cancel(why));
    others.forEach(Pool::cancelQuery);
    others.forEach(PgDriver::abort);
  }

  /** Whose work this thread does; null if nobody's in particular. */
  static @Nullable Owner current() {
    return CURRENT.get();
  }

  /**
   * A thread of it has taken a connection from a pool.
   *
   * @throws SQLException if it was ended
   */
  synchronized void took(Pool.Acquired connection) throws SQLException {
    if (ended != null) {
      throw new SQLException("Cannot %s: %s".formatted(connection.stage(), ended));
    }
    acquired.add(connection);
  }

  synchronized void gaveBack(Pool.Acquired connection) {
    acquired.remove(connection);
  }

  /**
   * This thread has opened a connection outside of pools. What threads open that were started by
   * the way may be for others as well, as where they keep a ceiling.
   */
  synchronized void opened(Connection connection) {
    if (Thread.currentThread().equals(main)) {
      opened.add(connection);
    }
  }
}
