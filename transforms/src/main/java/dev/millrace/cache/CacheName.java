// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

/** What caches are called in metrics and in the tiers that several share. */
final class CacheName {

  private static final String FORM = "[A-Za-z0-9][A-Za-z0-9_.-]{0,59}";
  private static final int LONGEST = 60;

  private CacheName() {}

  /**
   * Checks a name.
   *
   * @throws IllegalArgumentException when it has another form
   */
  static String require(String name) {
    if (!name.matches(FORM)) {
      throw new IllegalArgumentException(
          "Invalid name of a cache: "
              + name
              + " (must be 1 to 60 letters, digits, _, - or ., the first a letter or digit)");
    }
    return name;
  }

  /** A name for a thing of any name. */
  static String of(String thing) {
    String name = thing.replaceAll("^[^A-Za-z0-9]", "x").replaceAll("[^A-Za-z0-9_.-]", "_");
    return name.substring(0, Math.min(LONGEST, name.length()));
  }
}
