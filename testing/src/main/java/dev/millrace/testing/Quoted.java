// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of a statement stands in quotes, as PostgreSQL reads it. */
final class Quoted {

  /** Of a string with escapes, of one without, of an identifier, and between dollars. */
  private static final Pattern QUOTED =
      Pattern.compile(
          "(?<![\\w$])[eE]'[^'\\\\]*+(?:(?:\\\\.|'')[^'\\\\]*+)*+'"
              + "|'[^']*+(?:''[^']*+)*+'"
              + "|\"[^\"]*+(?:\"\"[^\"]*+)*+\""
              + "|(\\$(?:[A-Za-z_]\\w*)?\\$).*?\\1",
          Pattern.DOTALL);

  private Quoted() {}

  /**
   * A statement without what stands in quotes, comments included: these end nothing that is quoted.
   *
   * @throws IllegalArgumentException when a quote is not closed
   */
  static String leftOut(String sql) {
    Matcher quoted = QUOTED.matcher(sql);
    String rest = quoted.replaceAll("@");
    if (rest.indexOf('"') >= 0 || rest.indexOf('\'') >= 0) {
      throw new IllegalArgumentException("Invalid SQL: " + sql + " (must close its quotes)");
    }
    return rest;
  }
}
