// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Both databases, asked at the same time. */
final class Sides implements AutoCloseable {

  private final Side source;
  private final Side target;

  private Sides(Side source, Side target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Takes a snapshot of each. That of the target comes first: what it holds was in the source by
   * then, so that nothing seems to be extra that was only copied in between.
   */
  static Sides open(ConnectionSpec source, ConnectionSpec target) throws SQLException {
    Side second = Side.open("target", target);
    try {
      return new Sides(Side.open("source", source), second);
    } catch (SQLException | RuntimeException failure) {
      second.close();
      throw failure;
    }
  }

  Side source() {
    return source;
  }

  Side target() {
    return target;
  }

  Both<Connection> connections() {
    return new Both<>(source.connection(), target.connection());
  }

  /** What is asked of a side. */
  @FunctionalInterface
  interface Question<T> {
    T ask() throws SQLException;
  }

  /** Asks both at once. When one fails the other is stopped, and the first failure is thrown. */
  <T> Both<T> ask(Question<T> ofSource, Question<T> ofTarget) throws SQLException {
    AtomicReference<@Nullable Exception> first = new AtomicReference<>();
    FutureTask<@Nullable T> second = new FutureTask<>(() -> answer(ofTarget, source, first));
    Thread thread = new Thread(second, "millrace-verify-target");
    thread.setDaemon(true);
    thread.start();
    T one = answer(ofSource, target, first);
    T other = end(second);
    Exception failure = first.get();
    if (failure instanceof SQLException sql) {
      throw sql;
    }
    if (failure instanceof RuntimeException unexpected) {
      throw unexpected;
    }
    if (one == null || other == null) {
      throw new IllegalStateException("Cannot verify: a side gave no answer", failure);
    }
    return new Both<>(one, other);
  }

  private static <T> @Nullable T answer(
      Question<T> question, Side other, AtomicReference<@Nullable Exception> first) {
    try {
      return question.ask();
    } catch (SQLException | RuntimeException failure) {
      if (first.compareAndSet(null, failure)) {
        stop(other, failure);
      }
      return null;
    }
  }

  private static void stop(Side other, Exception failure) {
    try {
      other.cancel();
    } catch (SQLException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }

  private static <T> @Nullable T end(FutureTask<@Nullable T> task) {
    try {
      return task.get();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException("Cannot verify: " + impossible.getMessage(), impossible);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Cannot verify: it was interrupted", interrupted);
    }
  }

  /** A failure that either side explains, if it can. */
  SQLException explained(SQLException failure) {
    return target.explained(source.explained(failure));
  }

  /** Ends what is under way, from any thread. */
  void cancel() throws SQLException {
    try {
      source.cancel();
    } finally {
      target.cancel();
    }
  }

  @Override
  public void close() throws SQLException {
    try (source;
        target) {
      // Only closed.
    }
  }
}
