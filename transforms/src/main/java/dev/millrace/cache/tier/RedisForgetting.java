// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import com.google.common.collect.Lists;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Removes keys, and all keys of a cache, over one connection: a command after the other, each with
 * the connection's timeout. Only ever what begins with the prefix of a cache is touched.
 */
final class RedisForgetting {

  /** Of the keys that the server goes through at a time. */
  private static final int STEP = 1_000;

  private final RedisAsyncCommands<byte[], byte[]> commands;
  private final int batch;

  RedisForgetting(StatefulRedisConnection<byte[], byte[]> connection, RedisSettings settings) {
    this.commands = connection.async();
    this.batch = settings.batchKeys();
  }

  /** Completes when all has gone. */
  CompletionStage<Void> forget(RedisDebts debts) {
    Deque<Supplier<CompletionStage<Void>>> steps = new ArrayDeque<>();
    steps.add(() -> forget(debts.keys()));
    debts.caches().forEach(prefix -> steps.add(() -> clear(prefix)));
    return inOrder(steps);
  }

  /** Completes when the keys have gone. */
  CompletionStage<Void> forget(Collection<byte[]> keys) {
    Deque<Supplier<CompletionStage<Void>>> steps = new ArrayDeque<>();
    for (List<byte[]> part : Lists.partition(List.copyOf(keys), batch)) {
      steps.add(() -> unlink(part));
    }
    return inOrder(steps);
  }

  /** Completes when all keys have gone that were there from its beginning. */
  CompletionStage<Void> clear(String prefix) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    clear(prefix.getBytes(StandardCharsets.US_ASCII), ScanCursor.INITIAL, done);
    return done;
  }

  private void clear(byte[] prefix, ScanCursor from, CompletableFuture<Void> done) {
    // A name has no characters that mean something in a pattern.
    ScanArgs args =
        ScanArgs.Builder.matches(new String(prefix, StandardCharsets.US_ASCII) + "*").limit(STEP);
    commands
        .scan(from, args)
        .thenCompose(
            (KeyScanCursor<byte[]> found) ->
                unlink(found.getKeys().stream().filter(key -> startsWith(key, prefix)).toList())
                    .thenApply(any -> found))
        .whenComplete(
            (found, failure) -> {
              if (failure != null) {
                done.completeExceptionally(failure);
              } else if (found.isFinished()) {
                done.complete(null);
              } else {
                clear(prefix, found, done);
              }
            });
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private CompletionStage<Void> unlink(List<byte[]> keys) {
    return keys.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : commands.unlink(keys.toArray(new byte[0][])).thenAccept(count -> {});
  }

  private static CompletionStage<Void> inOrder(Deque<Supplier<CompletionStage<Void>>> steps) {
    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
    for (Supplier<CompletionStage<Void>> step : steps) {
      all = all.thenCompose(any -> step.get());
    }
    return all;
  }
}
