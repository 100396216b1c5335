// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a horizon is settled.
 *
 * @param guard taken off the horizon, 0 or more, default 1 s: for a transaction whose start the
 *     server has not published yet; rows wait as much longer
 * @param zones the time zones of those who write a column without zone, as the server names them;
 *     empty, the default, for those that the server is configured with
 * @param overlap where no horizon can be known: go on by the server's clock, and whoever reads
 *     reads that much below it again, into a target that takes a row twice; a number is closed that
 *     much later instead; null, the default, to refuse
 * @param acceptLoss where no horizon can be known: go on by the server's clock, and lose what is
 *     committed late; default false, to refuse
 * @param patience how long anyone may hold the horizon back before that is told, default 60 s
 */
public record HorizonRules(
    Duration guard,
    List<String> zones,
    @Nullable Duration overlap,
    boolean acceptLoss,
    Duration patience)
    implements Serializable {

  public static final HorizonRules DEFAULT =
      new HorizonRules(Duration.ofSeconds(1), List.of(), null, false, Duration.ofSeconds(60));

  public HorizonRules {
    zones = List.copyOf(zones);
    if (guard.isNegative()) {
      throw new IllegalArgumentException("Invalid guard: " + guard + " (must be 0 s or more)");
    }
    if (overlap != null && (overlap.isNegative() || overlap.isZero())) {
      throw new IllegalArgumentException("Invalid overlap: " + overlap + " (must be above 0 s)");
    }
    if (patience.isNegative()) {
      throw new IllegalArgumentException(
          "Invalid patience: " + patience + " (must be 0 s or more)");
    }
  }

  public HorizonRules withGuard(Duration newGuard) {
    return new HorizonRules(newGuard, zones, overlap, acceptLoss, patience);
  }

  public HorizonRules withZones(List<String> newZones) {
    return new HorizonRules(guard, newZones, overlap, acceptLoss, patience);
  }

  public HorizonRules withOverlap(@Nullable Duration newOverlap) {
    return new HorizonRules(guard, zones, newOverlap, acceptLoss, patience);
  }

  public HorizonRules withAcceptLoss(boolean newAcceptLoss) {
    return new HorizonRules(guard, zones, overlap, newAcceptLoss, patience);
  }

  public HorizonRules withPatience(Duration newPatience) {
    return new HorizonRules(guard, zones, overlap, acceptLoss, newPatience);
  }

  /** Whether to go on where no horizon can be known. */
  boolean goesOn() {
    return overlap != null || acceptLoss;
  }
}
