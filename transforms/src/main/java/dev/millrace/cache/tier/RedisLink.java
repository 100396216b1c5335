// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import dev.millrace.connect.Secret;
import dev.millrace.observe.Events;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.event.DefaultEventPublisherOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one Redis, which all tiers of equal settings share, and a circuit breaker of
 * it: a connection that was lost, did not answer or could not be served is given up, and while
 * there is none nobody is kept waiting. In the background a new one is sought, less and less often,
 * and has to answer before it is used. Whatever Redis was to forget meanwhile it forgets before
 * that.
 *
 * <p>The client's own reconnecting is off: it would send what had no answer once more, when its
 * turn may be long over. For the same reason a new connection first ends the one before it, of
 * which the server may not have read all.
 *
 * <p>Has up to five daemon threads, which end with the last tier. Safe for use by several threads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What becomes of them is handled where they end.
final class RedisLink {

  /** So many questions in a row without an answer in time are taken for an outage. */
  static final int TIMEOUTS = 3;

  /** For a connection to come about. */
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private static final int THREADS = 2;
  private static final int TICK_MILLIS = 25;
  private static final Duration END = Duration.ofSeconds(5);
  private static final int SPARE_REQUESTS = 1_000;

  private static final Map<RedisSettings, RedisLink> LINKS = new HashMap<>();

  /** Bytes of writes that may still be sent. */
  final Semaphore outstanding;

  /** Requests that may still be sent. */
  final Semaphore requests;

  private final RedisSettings settings;
  private final RedisBackOff backOff = new RedisBackOff(new SecureRandom());
  private final HashedWheelTimer timer;
  private final ClientResources resources;
  private final RedisClient client;
  private final CompletableFuture<Void> looked = new CompletableFuture<>();
  private final AtomicInteger timeouts = new AtomicInteger();
  private final RedisDebts debts = new RedisDebts();

  /** Of {@link #LINKS}. */
  private int holders;

  private volatile @Nullable StatefulRedisConnection<byte[], byte[]> current;
  private boolean closed;

  /** Why it is away, as was told; null while it is not. */
  private @Nullable String away;

  /** Since something was answered, under the lock. */
  private volatile int failures;

  /** What the server calls the connection before; -1 if it does not tell. */
  private volatile long last = -1;

  private int refusals;
  private volatile boolean refusing;
  private volatile long writesFrom;

  private RedisLink(RedisSettings settings) {
    this.settings = settings;
    this.outstanding = new Semaphore((int) settings.outstanding().bytes());
    this.requests = new Semaphore(settings.requests());
    this.timer =
        new HashedWheelTimer(
            new DefaultThreadFactory("redis-timer", true), TICK_MILLIS, TimeUnit.MILLISECONDS);
    this.resources =
        ClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .threadFactoryProvider(pool -> new DefaultThreadFactory("redis-" + pool, true))
            .timer(timer)
            .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
            .commandLatencyRecorder(CommandLatencyRecorder.disabled())
            .commandLatencyPublisherOptions(DefaultEventPublisherOptions.disabled())
            .build();
    this.client = RedisClient.create(resources);
    client.setOptions(
        ClientOptions.builder()
            .autoReconnect(false)
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(settings.requests() + SPARE_REQUESTS)
            .socketOptions(SocketOptions.builder().connectTimeout(CONNECT).keepAlive(true).build())
            .timeoutOptions(TimeoutOptions.enabled(settings.timeout()))
            .build());
  }

  /**
   * The link of these settings, until {@link #release}. Waits a moment for a connection, so that
   * those who ask at once may have an answer.
   *
   * @throws IllegalStateException if the password is not where it should be
   */
  static RedisLink hold(RedisSettings settings) {
    Secret password = settings.password();
    if (password != null) {
      password.reveal();
    }
    RedisLink link;
    synchronized (LINKS) {
      link = LINKS.get(settings);
      if (link == null) {
        link = new RedisLink(settings);
        LINKS.put(settings, link);
        link.look();
      }
      link.holders++;
    }
    link.await(link.looked, CONNECT);
    return link;
  }

  /** Takes back one {@link #hold}. */
  void release() {
    synchronized (LINKS) {
      if (--holders > 0) {
        return;
      }
      LINKS.remove(settings);
    }
    synchronized (this) {
      closed = true;
      current = null;
    }
    CompletableFuture<Void> ended = new CompletableFuture<>();
    client
        .shutdownAsync(0, END.toSeconds(), TimeUnit.SECONDS)
        .whenComplete(
            (done, failure) ->
                resources
                    .shutdown(0, END.toSeconds(), TimeUnit.SECONDS)
                    .addListener(
                        any -> {
                          timer.stop();
                          ended.complete(null);
                        }));
    await(ended, END);
  }

  /** Waits for a moment; what is waited for goes on when that is over. */
  private void await(CompletableFuture<Void> future, Duration limit) {
    try {
      future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException goesOn) {
      // Nothing depends on it.
    }
  }

  /** What can be asked now; null while Redis is away. */
  @Nullable StatefulRedisConnection<byte[], byte[]> connection() {
    return current;
  }

  /** Whether a write has a chance. */
  boolean takesWrites() {
    return !refusing || System.nanoTime() - writesFrom >= 0;
  }

  /** Something was answered. */
  void answered() {
    timeouts.set(0);
    if (failures > 0) {
      synchronized (this) {
        failures = 0;
      }
    }
  }

  /** A question to a connection failed. */
  void failed(StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
    Throwable cause = cause(failure);
    if (cause instanceof RedisCommandTimeoutException || cause instanceof TimeoutException) {
      if (timeouts.incrementAndGet() >= TIMEOUTS) {
        lost(
            connection,
            "it did not answer within %d ms, %d times in a row"
                .formatted(settings.timeout().toMillis(), TIMEOUTS));
      }
    } else {
      lost(connection, why(cause));
    }
  }

  /** A write to a connection failed. */
  void writeFailed(StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
    Throwable cause = cause(failure);
    if (!(cause instanceof RedisCommandExecutionException)) {
      failed(connection, cause);
      return;
    }
    boolean first;
    synchronized (this) {
      if (refusing && !takesWrites()) {
        return;
      }
      first = !refusing;
      writesFrom = System.nanoTime() + backOff.after(++refusals).toNanos();
      refusing = true;
    }
    if (first) {
      Events.add("cache", "%s takes no entries for now: %s".formatted(where(), why(cause)));
    }
  }

  /** A write was done. */
  void written() {
    answered();
    if (!refusing) {
      return;
    }
    synchronized (this) {
      if (!refusing) {
        return;
      }
      refusing = false;
      refusals = 0;
    }
    Events.add("cache", where() + " takes entries again");
  }

  /**
   * Keys that a connection was to forget, or that could not be said for want of one. No connection
   * is used before they are gone.
   *
   * @return whether that was remembered; if not, there is another connection to say it to
   */
  boolean owe(
      @Nullable StatefulRedisConnection<byte[], byte[]> connection,
      String prefix,
      @Nullable Collection<CacheKey> keys) {
    synchronized (this) {
      if (current != connection) {
        return false;
      }
      if (keys == null) {
        debts.add(prefix);
      } else {
        debts.add(prefix, keys);
      }
    }
    if (connection != null) {
      lost(connection, "it could not be told what to forget");
    }
    return true;
  }

  private void lost(StatefulRedisConnection<byte[], byte[]> connection, String why) {
    synchronized (this) {
      if (current != connection) {
        return;
      }
      current = null;
      timeouts.set(0);
    }
    connection.closeAsync();
    lookLater(why, false);
  }

  /**
   * @param refused what the server itself said is told even if it was away before, for another
   *     reason: that does not mend itself
   */
  private void lookLater(String why, boolean refused) {
    Duration wait;
    boolean isNews;
    synchronized (this) {
      if (closed) {
        return;
      }
      failures = failures + 1;
      wait = backOff.after(failures);
      isNews = away == null || (refused && !away.equals(why));
      if (isNews) {
        away = why;
      }
    }
    if (isNews) {
      Events.add("cache", "%s is not asked for now: %s".formatted(where(), why));
    }
    resources.eventExecutorGroup().schedule(this::look, wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    connect()
        .whenComplete(
            (any, failure) -> {
              if (failure != null) {
                Throwable root = root(failure);
                lookLater(why(root), root instanceof RedisCommandExecutionException);
              }
              looked.complete(null);
            });
  }

  private CompletionStage<Void> connect() {
    try {
      return client
          .connectAsync(ByteArrayCodec.INSTANCE, uri())
          .thenCompose(
              connection ->
                  greet(connection)
                      .whenComplete(
                          (any, failure) -> {
                            if (failure != null) {
                              connection.closeAsync();
                            }
                          }));
    } catch (RuntimeException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private RedisURI uri() {
    RedisURI uri = RedisURI.create(settings.host(), settings.port());
    uri.setSsl(settings.tls());
    uri.setDatabase(settings.database());
    uri.setTimeout(CONNECT);
    uri.setClientName("millrace");
    Secret password = settings.password();
    if (password != null) {
      // Anew for each connection, as it may have been changed.
      char[] word = password.reveal().toCharArray();
      uri.setCredentialsProvider(new StaticCredentialsProvider(settings.user(), word));
    }
    return uri;
  }

  /** Sees that it answers, that the one before says nothing any more, and that debts are paid. */
  private CompletionStage<Void> greet(StatefulRedisConnection<byte[], byte[]> connection) {
    RedisAsyncCommands<byte[], byte[]> commands = connection.async();
    return commands
        .ping()
        .thenCompose(pong -> tolerant(commands.clientId()))
        .thenCompose(
            id -> {
              long before = last;
              CompletionStage<Long> ended =
                  before < 0
                      ? CompletableFuture.completedFuture(0L)
                      : tolerant(commands.clientKill(KillArgs.Builder.id(before)));
              return ended.thenAccept(any -> last = id);
            })
        .thenCompose(any -> payAndUse(connection));
  }

  /** -1 where the server does not let this user ask. */
  private static CompletionStage<Long> tolerant(CompletionStage<Long> answer) {
    return answer.exceptionally(
        failure -> {
          if (cause(failure) instanceof RedisCommandExecutionException) {
            return -1L;
          }
          throw new CompletionException(failure);
        });
  }

  private CompletionStage<Void> payAndUse(StatefulRedisConnection<byte[], byte[]> connection) {
    RedisDebts due;
    synchronized (this) {
      if (debts.isEmpty()) {
        use(connection);
        return CompletableFuture.completedFuture(null);
      }
      due = debts.take();
    }
    return new RedisForgetting(connection, settings)
        .forget(due)
        .whenComplete(
            (any, failure) -> {
              if (failure != null) {
                synchronized (this) {
                  debts.putBack(due);
                }
              }
            })
        .thenCompose(any -> payAndUse(connection));
  }

  /** Under the lock, so that whoever owes something after this finds a connection. */
  private synchronized void use(StatefulRedisConnection<byte[], byte[]> connection) {
    if (closed) {
      connection.closeAsync();
      return;
    }
    if (away != null) {
      Events.add("cache", where() + " is asked again");
    }
    away = null;
    current = connection;
    connection.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> any) {
            lost(connection, "the connection was lost");
          }
        });
    if (!connection.isOpen()) {
      resources.eventExecutorGroup().execute(() -> lost(connection, "the connection was lost"));
    }
  }

  private String where() {
    return "Redis at %s:%d".formatted(settings.host(), settings.port());
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static String why(Throwable failure) {
    Throwable root = root(failure);
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
