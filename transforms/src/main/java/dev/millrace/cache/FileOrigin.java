// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.BlockSchema;
import dev.millrace.file.FileContents;
import dev.millrace.file.ReadFiles;
import java.util.List;

/** Files, which have no key of their own and are held whole. */
record FileOrigin(ReadFiles files) implements LookupOrigin {

  @Override
  public Plan plan(LookupOptions options) {
    boolean ofTables = !options.where.isEmpty() || options.asOf != null || options.check != null;
    if (ofTables || options.settings != null) {
      throw new IllegalArgumentException(
          "Cannot look up in the files of %s: they are held whole, and where, asOf, checkedBy and"
                  .formatted(options.name)
              + " cached are for what is asked");
    }
    if (options.key.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot look up in the files of %s: they have no key of their own; name its columns"
              .formatted(options.name));
    }
    FileContents contents = files.contents();
    BlockSchema schema = contents.schema();
    List<String> columns =
        options.columns.isEmpty()
            ? schema.names().stream().filter(name -> !options.key.contains(name)).toList()
            : options.columns;
    if (columns.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot look up in %s: it has no column beside its key %s"
              .formatted(contents.name(), options.key));
    }
    return new Plan(
        new FileSource(
            options.name, contents, schema.project(options.key), schema.project(columns)),
        columns);
  }
}
