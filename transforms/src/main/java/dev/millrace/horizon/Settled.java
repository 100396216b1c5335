// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.horizon.Sighting.Prepared;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The time before which no transaction began that may still commit, as far as it is known.
 *
 * <p>An open transaction says when it began, once the server has published it: until then the clock
 * stands for it, and the guard makes up for the difference. A prepared one does not say it. Unless
 * it was prepared already, it had not begun at the look before, or was among the open transactions
 * then: so it began at the oldest of these or later. Of one that was prepared before the first look
 * nothing is known, and nothing is closed while it is there.
 *
 * @param horizon never before that of a look before; null while nothing is known
 * @param prepared what the next look is to know of prepared transactions
 */
record Settled(@Nullable Instant horizon, Map<String, @Nullable Long> prepared) {

  static Settled of(Sighting seen, @Nullable Memory memory, Duration guard) {
    long bound = Micros.of(seen.oldest());
    boolean known = true;
    Map<String, @Nullable Long> prepared = new HashMap<>();
    for (Prepared each : seen.prepared()) {
      Long began = began(each, memory);
      prepared.put(each.id(), began);
      if (began == null) {
        known = false;
      } else {
        bound = Math.min(bound, began);
      }
    }
    Long before = memory == null ? null : memory.horizon();
    Instant horizon = known ? Micros.instant(bound).minus(guard) : null;
    if (before != null && (horizon == null || Micros.of(horizon) < before)) {
      horizon = Micros.instant(before);
    }
    return new Settled(horizon, prepared);
  }

  private static @Nullable Long began(Prepared transaction, @Nullable Memory memory) {
    if (memory == null) {
      return null;
    }
    return memory.prepared().containsKey(transaction.id())
        ? memory.prepared().get(transaction.id())
        : memory.open();
  }
}
