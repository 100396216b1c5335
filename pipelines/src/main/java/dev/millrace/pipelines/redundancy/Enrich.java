// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.redundancy;

import dev.millrace.cache.CachedLookup;
import dev.millrace.read.HeldSnapshot;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.SQLException;
import org.apache.beam.sdk.Pipeline;

/**
 * Reads a table under a snapshot held for the run, puts beside each row what another table has for
 * its key, and writes both. However many rows have a key, and however many threads a runner gives
 * to the step, the other table is asked for it once a JVM, together with all new keys of a block.
 */
public final class Enrich implements AutoCloseable {

  private final EnrichOptions options;
  private final HeldSnapshot snapshot;
  private final CachedLookup lookup;

  private Enrich(EnrichOptions options, HeldSnapshot snapshot, CachedLookup lookup) {
    this.options = options;
    this.snapshot = snapshot;
    this.lookup = lookup;
  }

  /**
   * Takes the snapshot.
   *
   * @throws SQLException when the source does not answer or refuses
   */
  public static Enrich open(EnrichOptions options, CachedLookup lookup) throws SQLException {
    return new Enrich(options, HeldSnapshot.export(options.source()), lookup);
  }

  /**
   * Adds the read, the lookup and the write, to be run before this is closed.
   *
   * @throws IllegalArgumentException when a table or column does not exist or does not fit
   */
  public void applyTo(Pipeline pipeline) {
    WriteTable write = WriteTable.into(options.target(), options.into());
    pipeline
        .apply(
            "Read",
            ReadTable.from(options.source(), options.table())
                .underSnapshot(snapshot.ref())
                .blockSize(options.blockSize())
                .parallelism(options.parallelism()))
        .apply("Enrich", lookup)
        .apply(
            "Write",
            options.key().isEmpty() ? write : write.upsert(options.key().toArray(String[]::new)));
  }

  /** Lets the snapshot go. */
  @Override
  public void close() throws SQLException {
    snapshot.close();
  }
}
