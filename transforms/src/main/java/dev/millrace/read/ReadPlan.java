// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.control.ByteSize;
import dev.millrace.dialect.TableRead;
import dev.millrace.ledger.Ledger;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a table will be read.
 *
 * @param read what is read
 * @param key SQL for reading by key; null when reading by page
 * @param ledger which knows what is left to read; null to read all
 * @param splits all of the table between them; with a ledger those of which something is left
 * @param expectedRows as the server's planner estimates
 * @param bytesPerUnit a first guess of the bytes a page, or a row when reading by key, yields
 * @param session how transactions begin
 * @param blockSize the size to cut blocks at
 */
record ReadPlan(
    TableRead read,
    @Nullable KeySql key,
    @Nullable Ledger ledger,
    List<Split> splits,
    long expectedRows,
    double bytesPerUnit,
    ReadSession session,
    ByteSize blockSize)
    implements Serializable {

  ReadPlan {
    splits = List.copyOf(splits);
  }
}
