// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Blocks;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.util.UUID;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of any of Beam's file systems as blocks.
 *
 * <p>Bounded. Every row is output at least once, and exactly once where the runner repeats no work.
 * Memory is bounded by two quarters of the heap, however large and many the files: one for all
 * blocks on their way, one for the readers that are open, which are eight a thread or as many as
 * have room there. A file that is compressed is decompressed as it is read.
 *
 * <p>Immutable; every with-er returns a new instance.
 */
public final class ReadFiles extends PTransform<PBegin, PCollection<Block>> {

  static final TupleTag<Block> BLOCKS = new TupleTag<>("blocks");
  private static final TupleTag<RejectedRecord> REJECTS = new TupleTag<>("rejects");

  /** Makes the format of files that are compressed in a way. */
  private interface Formats extends java.io.Serializable {
    FileFormat of(Compression compression) throws IOException;
  }

  private final String pattern;
  private final Formats formats;
  private final Compression compression;
  private final ByteSize blockSize;
  private final int parallelism;

  private ReadFiles(
      String pattern,
      Formats formats,
      Compression compression,
      ByteSize blockSize,
      int parallelism) {
    this.pattern = pattern;
    this.formats = formats;
    this.compression = compression;
    this.blockSize = blockSize;
    this.parallelism = parallelism;
  }

  private static ReadFiles of(String pattern, Formats formats) {
    int processors = Runtime.getRuntime().availableProcessors();
    return new ReadFiles(pattern, formats, Compression.AUTO, Blocks.DEFAULT_SIZE, processors);
  }

  /**
   * Reads CSV files of the usual dialect.
   *
   * @param pattern of names, as Beam's file systems match it
   * @param schema the columns to read
   */
  public static ReadFiles csv(String pattern, BlockSchema schema) {
    return csv(pattern, schema, Csv.DEFAULT);
  }

  /** Reads CSV files of another dialect. */
  public static ReadFiles csv(String pattern, BlockSchema schema, Csv csv) {
    return of(pattern, compression -> new CsvFormat(schema, csv, compression));
  }

  /**
   * Reads files that {@link WriteFiles#records} wrote. The columns are those of the first, which
   * must be there when this is applied to a pipeline; all others must have the same.
   *
   * @param pattern of names, as Beam's file systems match it
   */
  public static ReadFiles records(String pattern) {
    return of(
        pattern,
        compression -> {
          String first = LanesFn.match(pattern).get(0).resourceId().toString();
          return new RecordsFormat(RecordsFormat.schemaOf(first, compression), compression);
        });
  }

  /** Reads files that {@link WriteFiles#records} wrote, or will have written, of these columns. */
  public static ReadFiles records(String pattern, BlockSchema schema) {
    return of(pattern, compression -> new RecordsFormat(schema, compression));
  }

  /**
   * Reads Parquet files. The columns are those of the first, which must be there when this is
   * applied to a pipeline; all others must have them too.
   *
   * @param pattern of names, as Beam's file systems match it
   */
  public static ReadFiles parquet(String pattern) {
    return of(
        pattern,
        unused ->
            new ParquetFormat(
                ParquetFormat.schemaOf(LanesFn.match(pattern).get(0).resourceId().toString())));
  }

  /** Reads these columns of Parquet files, and no bytes of others. */
  public static ReadFiles parquet(String pattern, BlockSchema schema) {
    return of(pattern, unused -> new ParquetFormat(schema));
  }

  /**
   * How the files are compressed, which a Parquet file says itself; default: as the end of a file's
   * name says.
   */
  public ReadFiles compression(Compression how) {
    return new ReadFiles(pattern, formats, how, blockSize, parallelism);
  }

  /** The size to cut blocks at, 1 byte or more; default 1 MiB. Less on a small heap. */
  public ReadFiles blockSize(ByteSize size) {
    if (size.bytes() == 0) {
      throw new IllegalArgumentException("Invalid block size: 0B (must be 1B or more)");
    }
    return new ReadFiles(pattern, formats, compression, size, parallelism);
  }

  /** How many threads the runner will read with, 1 or more; default: this machine's processors. */
  public ReadFiles parallelism(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "Invalid parallelism: " + threads + " (must be 1 or more)");
    }
    return new ReadFiles(pattern, formats, compression, blockSize, threads);
  }

  /** Outputs records that cannot be read instead of failing. Files that cannot be still fail. */
  public Rejecting rejecting() {
    return new Rejecting(this);
  }

  /**
   * The same rows for who needs them all outside of a pipeline's collections.
   *
   * @throws IllegalStateException when the columns are those of the first file, and it cannot be
   *     read
   */
  public FileContents contents() {
    return new FileContents(pattern, format(), blockSize);
  }

  private FileFormat format() {
    try {
      return formats.of(compression);
    } catch (IOException failure) {
      throw new IllegalStateException(failure.getMessage(), failure);
    }
  }

  @Override
  public PCollection<Block> expand(PBegin input) {
    return read(input, null).get(BLOCKS);
  }

  private PCollectionTuple read(PBegin input, @Nullable TupleTag<RejectedRecord> rejects) {
    FileFormat format = format();
    ReadFilesFn fn = new ReadFilesFn(format, blockSize, UUID.randomUUID().toString(), rejects);
    PCollectionTuple read =
        input
            .apply("Pattern", Create.of(pattern).withCoder(StringUtf8Coder.of()))
            .apply("Files", ParDo.of(new LanesFn(format, parallelism)))
            .setCoder(SerializableCoder.of(Lane.class))
            .apply("Spread", Reshuffle.viaRandomKey())
            .apply(
                "Read",
                ParDo.of(fn)
                    .withOutputTags(
                        BLOCKS, rejects == null ? TupleTagList.empty() : TupleTagList.of(rejects)));
    read.get(BLOCKS).setCoder(BlockCoder.of(format.schema()));
    if (rejects != null) {
      read.get(rejects).setCoder(new RejectedRecordCoder());
    }
    return read;
  }

  /** See {@link ReadFiles#rejecting()}. */
  public static final class Rejecting extends PTransform<PBegin, ReadFilesResult> {
    private final ReadFiles files;

    private Rejecting(ReadFiles files) {
      this.files = files;
    }

    @Override
    public ReadFilesResult expand(PBegin input) {
      PCollectionTuple read = files.read(input, REJECTS);
      return new ReadFilesResult(read, read.get(BLOCKS), read.get(REJECTS));
    }
  }
}
