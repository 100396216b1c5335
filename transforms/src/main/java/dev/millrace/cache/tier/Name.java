// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.util.regex.Pattern;

/** Names that are part of keys and of paths. */
public final class Name {

  private static final int LONGEST = 100;
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  private Name() {}

  /**
   * The name.
   *
   * @param what is named so, as in {@code cache}
   * @throws IllegalArgumentException if it could be taken for something else in a key or a path
   */
  public static String checked(String what, String name) {
    if (name.length() > LONGEST || !FORM.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Invalid name of a %s: %s (must be 1 to %d letters, digits, dots, dashes or underscores, the first a letter or digit)"
              .formatted(what, name, LONGEST));
    }
    return name;
  }

  /** A name for a thing of any name, as a table has. */
  public static String of(String thing) {
    String name = thing.replaceAll("^[^A-Za-z0-9]", "x").replaceAll("[^A-Za-z0-9._-]", "_");
    return name.substring(0, Math.min(LONGEST, name.length()));
  }
}
