// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import java.io.Serializable;
import java.util.List;

/**
 * What becomes of rows that a target refuses.
 *
 * @param most rows of a run that may be rejected, 1 or more; the next ends it
 * @param redacted columns whose values are not kept with a rejected row, which can then only be
 *     shown, not replayed
 * @param run of which they are
 */
public record RejectRules(long most, List<String> redacted, String run) implements Serializable {

  public RejectRules {
    redacted = List.copyOf(redacted);
    if (most < 1) {
      throw new IllegalArgumentException(
          "Invalid number of rejects: " + most + " (must be 1 or more)");
    }
  }
}
