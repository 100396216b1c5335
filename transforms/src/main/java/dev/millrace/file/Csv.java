// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.Serializable;

/**
 * The dialect of CSV files: RFC 4180 in UTF-8, with a choice of separator, header and NULL.
 * Immutable; every with-er returns a new instance.
 *
 * @param separator between fields: an ASCII character other than a quote or a line break; default a
 *     comma
 * @param header whether the first record of a file names the columns, by which they are then found,
 *     in any order and among others; default true. Without it a file has the schema's columns and
 *     no others
 * @param nullText what a field that is NULL holds, unquoted; default nothing. A quoted field is
 *     never NULL
 * @param oneLineEach whether a record is one line, never with a line break in a field, so that a
 *     large file can be read in parts by several threads; default false. A field that has one after
 *     all is a bad record
 */
public record Csv(char separator, boolean header, String nullText, boolean oneLineEach)
    implements Serializable {

  /** Comma, header, NULL is an unquoted empty field, line breaks may be quoted. */
  public static final Csv DEFAULT = new Csv(',', true, "", false);

  public Csv {
    if (separator >= 0x80 || separator == '"' || separator == '\n' || separator == '\r') {
      throw new IllegalArgumentException(
          "Invalid separator of fields: '"
              + separator
              + "' (must be ASCII, neither a quote nor a line break)");
    }
    for (int i = 0; i < nullText.length(); i++) {
      char each = nullText.charAt(i);
      if (each == separator || each == '"' || each == '\n' || each == '\r') {
        throw new IllegalArgumentException(
            "Invalid text of NULL: " + nullText + " (must need no quotes)");
      }
    }
  }

  public Csv withSeparator(char newSeparator) {
    return new Csv(newSeparator, header, nullText, oneLineEach);
  }

  public Csv withoutHeader() {
    return new Csv(separator, false, nullText, oneLineEach);
  }

  public Csv withNullText(String newNullText) {
    return new Csv(separator, header, newNullText, oneLineEach);
  }

  public Csv withOneLineEach() {
    return new Csv(separator, header, nullText, true);
  }
}
