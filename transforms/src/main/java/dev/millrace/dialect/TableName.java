// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import com.google.common.base.Ascii;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a table or view.
 *
 * @param schema null to search for it as the server's {@code search_path} says
 * @param name as the database spells it
 */
public record TableName(@Nullable String schema, String name) implements Serializable {

  private static final String PART = "(?:\"((?:[^\"]|\"\")+)\"|([^\".]+))";
  private static final Pattern FORM = Pattern.compile("(?:" + PART + "\\.)?" + PART);

  /**
   * Reads {@code name} or {@code schema.name} as PostgreSQL does: the letters A to Z folded to
   * lower case unless in double quotes.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static TableName parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "Invalid table name: "
              + text
              + " (must be name or schema.name, in double quotes where SQL needs them)");
    }
    String name = part(matcher, 3);
    if (name == null) {
      throw new IllegalStateException("a match without a name");
    }
    return new TableName(part(matcher, 1), name);
  }

  private static @Nullable String part(Matcher matcher, int group) {
    if (matcher.group(group) != null) {
      return matcher.group(group).replace("\"\"", "\"");
    }
    String plain = matcher.group(group + 1);
    return plain == null ? null : Ascii.toLowerCase(plain);
  }

  /** The name in SQL. */
  public String sql() {
    return (schema == null ? "" : Sql.identifier(schema) + ".") + Sql.identifier(name);
  }

  @Override
  public String toString() {
    return (schema == null ? "" : schema + ".") + name;
  }
}
