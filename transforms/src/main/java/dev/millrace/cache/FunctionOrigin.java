// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.util.List;

/** A function of a key, which has no rows that could be chosen from. */
record FunctionOrigin(FunctionSource source) implements LookupOrigin {

  @Override
  public Plan plan(LookupOptions options) {
    boolean ofTables =
        !options.where.isEmpty()
            || options.asOf != null
            || options.check != null
            || !options.key.isEmpty();
    if (ofTables) {
      throw new IllegalArgumentException(
          "Cannot look up by %s: a key, where, asOf and checkedBy are for tables and queries"
              .formatted(source.name()));
    }
    List<String> columns = options.columns.isEmpty() ? source.values().names() : options.columns;
    return new Plan(source, columns);
  }
}
