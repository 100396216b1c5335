// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.horizon.Holder;
import dev.millrace.horizon.Look;
import dev.millrace.observe.Events;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells once who holds the horizon of a table back for too long, and when nobody does any longer,
 * whichever threads of this JVM (this class loader) look at it. Safe for use by several threads.
 */
final class HeldBack {

  private static final String KIND = "horizon";

  /** Who was told last, by table. */
  private static final Map<String, String> TOLD = new HashMap<>();

  private HeldBack() {}

  /**
   * Takes in what was seen.
   *
   * @param patience how long anyone may hold it back before that is told
   */
  static void looked(String table, Look look, Duration patience) {
    // Whose age is not known is no holder but a doubt, which has been told already.
    Optional<Holder> oldest =
        look.holdersOf(patience).stream().filter(holder -> holder.age() != null).findFirst();
    synchronized (TOLD) {
      if (oldest.isPresent()) {
        Holder holder = oldest.get();
        String who = holder.kind() + holder.pid() + (holder.pid() == 0 ? holder.query() : "");
        if (!who.equals(TOLD.put(table, who))) {
          Events.add(KIND, "%s is held back. %s".formatted(table, holder.sentence()));
        }
      } else if (TOLD.remove(table) != null) {
        Events.add(KIND, "%s is held back no longer".formatted(table));
      }
    }
  }

  /** Nobody looks at the table any longer. */
  static void forget(String table) {
    synchronized (TOLD) {
      TOLD.remove(table);
    }
  }
}
