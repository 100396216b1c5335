// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the with-ers of {@link CachedLookup} change: of a copy, which nobody has yet. */
final class LookupOptions implements Serializable {

  String name;

  /** Columns of the blocks; empty for those of the key. */
  List<String> on = List.of();

  /** Columns of the source; empty for its own. */
  List<String> key = List.of();

  /** That are put beside; empty for all but the key's. */
  List<String> columns = List.of();

  String prefix = "";
  String where = "";
  @Nullable AsOf asOf;
  @Nullable ChangeCheck check;
  boolean inner;
  @Nullable CacheSettings settings = CacheSettings.DEFAULT;

  LookupOptions(String name) {
    this.name = name;
  }

  LookupOptions(LookupOptions other) {
    name = other.name;
    on = other.on;
    key = other.key;
    columns = other.columns;
    prefix = other.prefix;
    where = other.where;
    asOf = other.asOf;
    check = other.check;
    inner = other.inner;
    settings = other.settings;
  }
}
