// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.io.Serializable;

/**
 * The bytes that a unit of reading (a page, a row) yields: a first guess, then what was seen, the
 * latest counting half. Not safe for use by several threads.
 */
public final class UnitEstimate implements Serializable {

  private double bytesPerUnit;

  /**
   * @param bytesPerUnit the first guess; values below 1 count as 1
   */
  public UnitEstimate(double bytesPerUnit) {
    this.bytesPerUnit = Math.max(1, bytesPerUnit);
  }

  /** Learns from what was read. */
  public void observe(long units, long bytes) {
    if (units > 0) {
      bytesPerUnit = Math.max(1, (bytesPerUnit + (double) bytes / units) / 2);
    }
  }

  /** How many units yield about so many bytes: 1 or more. */
  public long unitsFor(long bytes) {
    return Math.max(1, (long) (bytes / bytesPerUnit));
  }
}
