// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a source said of its horizon at a moment. A row that a snapshot taken after this look does
 * not show has a cursor of {@code high} or above, whenever it is committed.
 *
 * @param high the exclusive bound as text of the cursor's type: in ISO order, to the microsecond
 *     and in UTC where it has a zone, a date, or a whole number; never below that of a look before;
 *     null while nothing is known to be closed
 * @param serverTime the source's clock
 * @param lag how far {@code high} is behind that clock; null where the cursor is no time
 * @param horizonLag how far the horizon is behind that clock: the age of the oldest transaction
 *     that may still commit, as far as it is known, with the guard
 * @param holders who holds it back, oldest first, at most 20
 * @param memory what the next look is to be given
 */
public record Look(
    @Nullable String high,
    Instant serverTime,
    @Nullable Duration lag,
    Duration horizonLag,
    List<Holder> holders,
    String memory)
    implements Serializable {

  public Look {
    holders = List.copyOf(holders);
  }

  /** How far what is complete at this look is behind the clock, whatever the cursor is. */
  public Duration behind() {
    return lag == null ? horizonLag : lag;
  }

  /** The holders of that age or above, and those whose age is not known. */
  public List<Holder> holdersOf(Duration patience) {
    return holders.stream()
        .filter(each -> each.age() == null || each.age().compareTo(patience) >= 0)
        .toList();
  }
}
