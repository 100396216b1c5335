// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.util.Collection;
import java.util.stream.Collectors;

/** Quoting for PostgreSQL. {@code COPY} takes no parameters, so values are quoted as well. */
public final class Sql {

  private Sql() {}

  /** A name as an identifier, whatever characters it has. */
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Names as a list of identifiers. */
  public static String identifiers(Collection<String> names) {
    return names.stream().map(Sql::identifier).collect(Collectors.joining(", "));
  }

  /** A text as a literal, whatever {@code standard_conforming_strings} is. */
  public static String literal(String text) {
    String quoted = "'" + text.replace("'", "''") + "'";
    return text.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
  }
}
