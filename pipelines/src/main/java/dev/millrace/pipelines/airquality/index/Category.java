// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

/** A range of the index with the name that is told to the public. */
public enum Category {
  GOOD("Good", 0, 50),
  MODERATE("Moderate", 51, 100),
  SENSITIVE("Unhealthy for Sensitive Groups", 101, 150),
  UNHEALTHY("Unhealthy", 151, 200),
  VERY_UNHEALTHY("Very Unhealthy", 201, 300),
  HAZARDOUS("Hazardous", 301, 500);

  private final String label;
  private final int low;
  private final int high;

  Category(String label, int low, int high) {
    this.label = label;
    this.low = low;
    this.high = high;
  }

  /** The name as published, {@code "Unhealthy for Sensitive Groups"} for instance. */
  public String label() {
    return label;
  }

  /** The lowest index of this category. */
  public int low() {
    return low;
  }

  /** The highest index of this category in the table; an index above 500 is still hazardous. */
  public int high() {
    return high;
  }

  /**
   * The category of an index.
   *
   * @throws IllegalArgumentException if {@code index} is negative
   */
  public static Category of(int index) {
    if (index < 0) {
      throw new IllegalArgumentException("Invalid index: " + index + " (must be 0 or more)");
    }
    for (Category category : values()) {
      if (index <= category.high) {
        return category;
      }
    }
    return HAZARDOUS;
  }
}
