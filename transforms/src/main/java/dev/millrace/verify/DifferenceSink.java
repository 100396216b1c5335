// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.verify.Difference.Kind;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is told of each difference as it is found, in no particular order. */
@FunctionalInterface
interface DifferenceSink {

  /**
   * Takes a difference.
   *
   * @param key canonical texts, null for NULL
   * @param rows how many rows of that key differ so, 1 or more
   */
  void found(Kind kind, List<@Nullable String> key, long rows) throws SQLException;
}
