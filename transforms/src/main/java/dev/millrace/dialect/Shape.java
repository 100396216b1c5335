// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * What a type is made of, below all domains: enough to tell whether two databases mean the same by
 * the bytes or the text of a value, though they number and name their types as they like.
 *
 * @param name equal for types of equal values, such as {@code numeric(5,2)[]} or {@code row(a
 *     integer, b enum)}
 * @param sql the type in SQL, in full, without domains and its modifier
 * @param transport how values travel
 * @param faithful whether the type's input either refuses a text or keeps all that it says; not of
 *     types that round, cut or drop parts
 */
record Shape(String name, String sql, Transport transport, boolean faithful)
    implements Serializable {

  /** How values of a type travel that has no kind of its own in a block. */
  enum Transport {
    /** As the bytes of its send function, which mean the same in every database. */
    SEND,
    /** As the bytes of its send function, which are text that its receive function takes. */
    LABEL,
    /** As its output text: its send function names types by numbers, or there is none. */
    TEXT,
    /** Not at all: neither bytes nor text mean the same in another database. */
    NONE
  }

  private static final Pattern MODIFIER = Pattern.compile("\\([-\\d, ]*\\)");

  /** Whether every value of a type of that name is one of this type, unchanged. */
  boolean holds(String given) {
    return name.equals(given) || name.equals(MODIFIER.matcher(given).replaceAll(""));
  }
}
