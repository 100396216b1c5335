// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Entries on their way to Redis, in batches that nobody waits for. Used by one thread. */
final class RedisWrite {

  private final RedisLink link;
  private final StatefulRedisConnection<byte[], byte[]> connection;
  private final TierMeter meter;
  private final RedisSettings settings;
  private List<AsyncCommand<byte[], byte[], String>> batch = new ArrayList<>();
  private long bytes;

  RedisWrite(
      RedisLink link,
      StatefulRedisConnection<byte[], byte[]> connection,
      TierMeter meter,
      RedisSettings settings) {
    this.link = link;
    this.connection = connection;
    this.meter = meter;
    this.settings = settings;
  }

  void add(byte[] key, byte[] value, long millis) {
    CommandArgs<byte[], byte[]> args =
        new CommandArgs<>(ByteArrayCodec.INSTANCE)
            .addKey(key)
            .addValue(value)
            .add("PX")
            .add(millis);
    batch.add(
        new AsyncCommand<>(
            new Command<>(CommandType.SET, new StatusOutput<>(ByteArrayCodec.INSTANCE), args)));
    bytes += key.length + value.length;
    if (batch.size() >= settings.batchKeys() || bytes >= settings.batchBytes().bytes()) {
      send();
    }
  }

  /** Sends what was added since the last time, or drops it where too much is on its way. */
  void send() {
    List<AsyncCommand<byte[], byte[], String>> commands = batch;
    int count = commands.size();
    // One that is larger than all that may be outstanding goes alone.
    int size = (int) Math.min(bytes, settings.outstanding().bytes());
    batch = new ArrayList<>();
    bytes = 0;
    if (count == 0) {
      return;
    }
    int slots = Math.min(count, settings.requests());
    if (!link.requests.tryAcquire(slots)) {
      meter.dropped("full", count);
      return;
    }
    if (!link.outstanding.tryAcquire(size)) {
      link.requests.release(slots);
      meter.dropped("full", count);
      return;
    }
    AtomicInteger left = new AtomicInteger(count);
    AtomicInteger failures = new AtomicInteger();
    AtomicReference<@Nullable Throwable> first = new AtomicReference<>();
    for (AsyncCommand<byte[], byte[], String> command : commands) {
      command.onComplete(
          (ok, failure) -> {
            if (failure != null) {
              failures.incrementAndGet();
              first.compareAndSet(null, failure);
            }
            if (left.decrementAndGet() == 0) {
              link.outstanding.release(size);
              link.requests.release(slots);
              end(failures.get(), first.get());
            }
          });
    }
    connection.dispatch(commands);
  }

  private void end(int failures, @Nullable Throwable first) {
    if (first == null) {
      link.written();
    } else {
      meter.dropped("failed", failures);
      link.writeFailed(connection, first);
    }
  }
}
