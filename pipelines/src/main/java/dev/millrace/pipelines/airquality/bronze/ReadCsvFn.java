// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.bronze;

import dev.millrace.block.Block;
import dev.millrace.block.Blocks;
import dev.millrace.observe.Measure;
import dev.millrace.observe.RejectReason;
import dev.millrace.pipelines.airquality.csv.CsvFile;
import dev.millrace.pipelines.airquality.csv.CsvLine;
import dev.millrace.pipelines.airquality.csv.CsvReader;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.table.TableRows;
import dev.millrace.pipelines.airquality.table.Tables;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file's lines into blocks. The restriction counts lines after the header; a block is read,
 * then its last line claimed, then the block output: nothing may be output once a claim has failed.
 *
 * <p>The direct runner does not push back: what a call outputs waits in memory. So a call ends
 * after {@value #BLOCKS_PER_CALL} blocks, and the next one passes over the lines already read,
 * which for a compressed file means to decompress them again.
 */
@DoFn.BoundedPerElement
final class ReadCsvFn extends DoFn<String, Block> {
  private static final long BLOCK_BYTES = Blocks.DEFAULT_SIZE.bytes();
  private static final int BLOCKS_PER_CALL = 8;

  /** Beyond every line: claimed at the file's end. */
  private static final long END = Long.MAX_VALUE - 1;

  @GetInitialRestriction
  public OffsetRange allLines() {
    return new OffsetRange(0, END + 1);
  }

  @ProcessElement
  public ProcessContinuation process(
      @Element String location,
      RestrictionTracker<OffsetRange, Long> claims,
      MultiOutputReceiver out) {
    CsvFile file = new CsvFile(location);
    Batch batch = new Batch(file.name());
    long next = claims.currentRestriction().getFrom();
    try (CsvReader reader = file.open(Uci.COLUMNS)) {
      reader.skip(next);
      for (int blocks = 0; blocks < BLOCKS_PER_CALL; blocks++) {
        int lines = batch.fill(reader);
        if (lines == 0) {
          claims.tryClaim(END);
          return ProcessContinuation.stop();
        }
        next += lines;
        if (!claims.tryClaim(next - 1)) {
          return ProcessContinuation.stop();
        }
        batch.output(out);
      }
    }
    return ProcessContinuation.resume();
  }

  /** As many lines as make a block. */
  private static final class Batch {
    private final String file;
    private final TableRows rows = new TableRows(Tables.BRONZE_MEASUREMENT);
    private final TableRows rejects = new TableRows(Tables.BRONZE_REJECT);

    Batch(String file) {
      this.file = file;
    }

    /** Reads lines up to a block's size, and returns how many. */
    int fill(CsvReader reader) {
      int lines = 0;
      while (rows.bytes() + rejects.bytes() < BLOCK_BYTES) {
        CsvLine line = reader.next();
        if (line == null) {
          break;
        }
        add(line);
        lines++;
      }
      return lines;
    }

    private void add(CsvLine line) {
      if (line instanceof CsvLine.Read read) {
        rows.add(values(read));
      } else if (line instanceof CsvLine.Rejected rejected) {
        rejects.add(file, rejected.line(), rejected.reason(), rejected.payload());
      }
    }

    private @Nullable Object[] values(CsvLine.Read read) {
      List<@Nullable Object> values = new ArrayList<>(2 + read.fields().size());
      values.add(file);
      values.add(read.line());
      values.addAll(read.fields());
      return values.toArray();
    }

    void output(MultiOutputReceiver out) {
      Measure.ROWS_READ.add(rows.rows() + rejects.rows());
      if (rows.rows() > 0) {
        Measure.BLOCKS.add(1);
        Measure.BYTES.add(rows.bytes());
        out.get(Bronze.ROWS).output(rows.take());
      }
      if (rejects.rows() > 0) {
        RejectReason.MALFORMED_RECORD.count(rejects.rows());
        out.get(Bronze.REJECTS).output(rejects.take());
      }
    }
  }
}
