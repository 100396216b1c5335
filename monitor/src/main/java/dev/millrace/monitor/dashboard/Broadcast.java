// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.millrace.monitor.Json;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.HistoryException;
import dev.millrace.monitor.history.RunFilter;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.sse.ServerSentEventConnection;
import io.undertow.server.handlers.sse.ServerSentEventConnection.EventCallback;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.time.Clock;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is new in a history to all who watch: at once when they come, then whenever something
 * was written, and every few seconds regardless, since a process may end without writing. What many
 * watch is read and put into words once. Who is slow is left out until he has taken what was sent
 * to him, so that nothing piles up.
 */
final class Broadcast implements AutoCloseable {

  /** More are refused. */
  static final int MOST_WATCHERS = 2000;

  private static final Logger LOG = LoggerFactory.getLogger(Broadcast.class);

  private static final int LATEST = 50;
  private static final int LATEST_ALERTS = 50;
  private static final long LOOK_MILLIS = 250;
  private static final int REGARDLESS = 12;

  private final History history;
  private final Clock clock = Clock.systemUTC();
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService worker =
      Executors.newSingleThreadScheduledExecutor(
          new ThreadFactoryBuilder().setDaemon(true).setNameFormat("millrace-dashboard").build());
  private long seen = -1;
  private int looks;

  Broadcast(History history) {
    this.history = history;
  }

  /**
   * What is looked at besides the list: a run, a run beside another, or nothing more.
   *
   * @param compare the run that is compared
   * @param with the other; null for the usual one
   */
  private record Subject(@Nullable String run, @Nullable String compare, @Nullable String with) {

    static Subject of(ServerSentEventConnection connection) {
      return new Subject(
          first(connection, "run"), first(connection, "compare"), first(connection, "with"));
    }

    private static @Nullable String first(ServerSentEventConnection connection, String name) {
      Deque<String> values = connection.getQueryParameters().get(name);
      return values == null ? null : values.peekFirst();
    }
  }

  /** Who watches, and what. */
  private record Watcher(
      ServerSentEventConnection connection, Subject subject, AtomicBoolean busy) {

    void send(String message) {
      if (busy.compareAndSet(false, true)) {
        connection.send(
            message,
            new EventCallback() {
              @Override
              public void done(ServerSentEventConnection to, String data, String event, String id) {
                busy.set(false);
              }

              @Override
              public void failed(
                  ServerSentEventConnection to,
                  String data,
                  String event,
                  String id,
                  IOException why) {
                LOG.debug("Somebody has left", why);
              }
            });
      }
    }
  }

  void start() {
    ScheduledFuture<?> unused =
        worker.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Takes in who asks, and keeps the connection. */
  HttpHandler handler() {
    HttpHandler events =
        Handlers.serverSentEvents(
            (connection, lastEventId) -> {
              Watcher watcher =
                  new Watcher(connection, Subject.of(connection), new AtomicBoolean());
              connection.addCloseTask(gone -> watchers.remove(watcher));
              watchers.add(watcher);
              worker.execute(() -> tell(Set.of(watcher)));
            });
    return exchange -> {
      boolean asksForOddity =
          Stream.of("run", "compare", "with")
              .anyMatch(
                  name ->
                      exchange.getQueryParameters().containsKey(name)
                          && Dashboard.id(exchange, name) == null);
      if (asksForOddity) {
        exchange.setStatusCode(StatusCodes.BAD_REQUEST);
      } else if (watchers.size() >= MOST_WATCHERS) {
        exchange.setStatusCode(StatusCodes.SERVICE_UNAVAILABLE);
      } else if (exchange.getRequestMethod().equals(Methods.HEAD)) {
        // Nothing would be sent to it, and so not even its end be seen.
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/event-stream");
      } else {
        events.handleRequest(exchange);
      }
    };
  }

  private void look() {
    try {
      long now = history.changes();
      looks++;
      if (now != seen || looks >= REGARDLESS) {
        seen = now;
        looks = 0;
        tell(watchers);
      }
    } catch (HistoryException e) {
      LOG.warn("The dashboard shows nothing new: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.warn("The dashboard failed to show what is new", e);
    }
  }

  private void tell(Set<Watcher> who) {
    if (who.isEmpty()) {
      return;
    }
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("time", clock.instant());
    all.put("runs", history.runs(RunFilter.latest(LATEST)));
    all.put("firing", history.firing());
    all.put("fired", history.alerts(LATEST_ALERTS));
    Map<Subject, String> messages = new HashMap<>();
    for (Watcher watcher : who) {
      watcher.send(messages.computeIfAbsent(watcher.subject(), subject -> message(all, subject)));
    }
  }

  private String message(Map<String, @Nullable Object> all, Subject subject) {
    Map<String, @Nullable Object> message = new LinkedHashMap<>(all);
    String run = subject.run();
    message.put("run", run == null ? null : history.run(run).orElse(null));
    String compare = subject.compare();
    message.put(
        "compare",
        compare == null ? null : Comparing.of(history, compare, subject.with()).orElse(null));
    return Json.write(message);
  }

  @Override
  public void close() {
    worker.shutdownNow();
    watchers.forEach(watcher -> watcher.connection().shutdown());
  }
}
