// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import java.io.IOException;
import java.io.Serializable;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileIO;
import org.apache.beam.sdk.io.WriteFilesResult;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Writes blocks as files into a folder of any of Beam's file systems.
 *
 * <p>Bounded, or with {@link #shards} unbounded: then each window has files of its own. A file is
 * written under a passing name within the folder and renamed once all of its window's are there, so
 * that a bundle that is repeated doubles no row and no half of a file is ever read for a whole.
 * Memory is bounded by a buffer of a mebibyte or two a file that is open; but the direct runner
 * first groups all blocks by file, in memory, unless its option {@code runnerDeterminedSharding} is
 * false and the number of files is not told.
 *
 * <p>Immutable; every with-er returns a new instance.
 */
public final class WriteFiles extends PTransform<PCollection<Block>, WriteFilesResult<Void>> {

  /** Makes the sink of blocks of a schema. */
  private interface Sinks extends Serializable {
    FileIO.Sink<Block> of(BlockSchema schema, Compression compression) throws IOException;
  }

  private static final String PARQUET = ".parquet";

  private final String folder;
  private final String suffix;
  private final Sinks sinks;
  private final String prefix;
  private final Compression compression;
  private final int shards;

  private WriteFiles(
      String folder,
      String suffix,
      Sinks sinks,
      String prefix,
      Compression compression,
      int shards) {
    this.folder = folder;
    this.suffix = suffix;
    this.sinks = sinks;
    this.prefix = prefix;
    this.compression = compression;
    this.shards = shards;
  }

  private static WriteFiles of(String folder, String suffix, Sinks sinks) {
    return new WriteFiles(folder, suffix, sinks, "part", Compression.UNCOMPRESSED, 0);
  }

  /** Writes CSV files of the usual dialect, as {@code part-00000-of-00003.csv}. */
  public static WriteFiles csv(String folder) {
    return csv(folder, Csv.DEFAULT);
  }

  /** Writes CSV files of another dialect. */
  public static WriteFiles csv(String folder, Csv csv) {
    return of(folder, ".csv", (schema, unused) -> new CsvSink(schema, csv));
  }

  /** Writes files of blocks as they are, with checksums, as {@code part-00000-of-00003.blocks}. */
  public static WriteFiles records(String folder) {
    return of(folder, ".blocks", (schema, unused) -> new RecordsSink(schema));
  }

  /**
   * Writes Parquet files, as {@code part-00000-of-00003.parquet}. Their pages are compressed, by
   * zstd unless told otherwise; each holds up to 16 MiB on the heap while it is written.
   */
  public static WriteFiles parquet(String folder) {
    return new WriteFiles(
        folder,
        PARQUET,
        (schema, compression) -> new ParquetSink(schema, codec(compression)),
        "part",
        Compression.ZSTD,
        0);
  }

  private static CompressionCodecName codec(Compression compression) {
    return switch (compression) {
      case UNCOMPRESSED -> CompressionCodecName.UNCOMPRESSED;
      case GZIP -> CompressionCodecName.GZIP;
      case ZSTD -> CompressionCodecName.ZSTD;
      default ->
          throw new IllegalArgumentException(
              "Invalid compression of Parquet: "
                  + compression
                  + " (must be GZIP, ZSTD or UNCOMPRESSED)");
    };
  }

  /** What the names of the files begin with; default {@code part}. */
  public WriteFiles prefix(String newPrefix) {
    return new WriteFiles(folder, suffix, sinks, newPrefix, compression, shards);
  }

  /** How to compress the files, which adds to their names; default: not. */
  public WriteFiles compression(Compression how) {
    return new WriteFiles(folder, suffix, sinks, prefix, how, shards);
  }

  /** Files of a window, 1 or more; default: as many as the runner writes in parallel. */
  public WriteFiles shards(int files) {
    if (files < 1) {
      throw new IllegalArgumentException(
          "Invalid number of files: " + files + " (must be 1 or more)");
    }
    return new WriteFiles(folder, suffix, sinks, prefix, compression, files);
  }

  /**
   * @throws IllegalArgumentException when a column has no form in these files
   */
  @Override
  public WriteFilesResult<Void> expand(PCollection<Block> input) {
    FileIO.Sink<Block> sink;
    try {
      sink = sinks.of(BlockCoder.schemaOf(input), compression);
    } catch (IOException failure) {
      throw new IllegalStateException(
          "Cannot write to " + folder + ": " + failure.getMessage(), failure);
    }
    FileIO.Write<Void, Block> write =
        FileIO.<Block>write()
            .via(sink)
            .to(folder)
            .withPrefix(prefix)
            .withSuffix(suffix)
            .withCompression(suffix.equals(PARQUET) ? Compression.UNCOMPRESSED : compression)
            .withNumShards(shards);
    boolean isOneSet = shards == 0 && input.isBounded() == PCollection.IsBounded.BOUNDED;
    return input.apply("Write", isOneSet ? asOneSet(write) : write);
  }

  /**
   * Has all files renamed together. Otherwise Beam numbers them bundle by bundle where their number
   * is not told, and where there are two such bundles the second's files replace the first's.
   */
  @SuppressWarnings("deprecation") // There is no other way to say so.
  private static FileIO.Write<Void, Block> asOneSet(FileIO.Write<Void, Block> write) {
    return write.withIgnoreWindowing();
  }
}
