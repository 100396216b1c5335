// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.Marshalled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;
import org.apache.beam.sdk.transforms.DoFn;

/** Finds the files of a pattern and deals them out. */
final class LanesFn extends DoFn<String, Lane> {

  /** So many keep all threads busy to the end, though some take longer than others. */
  private static final int LANES_PER_THREAD = 8;

  /** The part of the heap that open readers may take: one in so many. */
  private static final int HEAP_PART = 4;

  /** Of a smaller part, opening it would take as long as reading it. */
  private static final long SMALLEST = 4L << 20;

  private final Marshalled<FileFormat> format;
  private final int parallelism;

  LanesFn(FileFormat format, int parallelism) {
    this.format = Marshalled.of(format);
    this.parallelism = parallelism;
  }

  @ProcessElement
  public void process(@Element String pattern, OutputReceiver<Lane> out) throws IOException {
    List<Metadata> files = match(pattern);
    int most = LANES_PER_THREAD * parallelism;
    long bytes = files.stream().mapToLong(Metadata::sizeBytes).sum();
    List<Lane.Sized> parts = new ArrayList<>();
    for (Metadata file : files) {
      parts.addAll(format.get().parts(file, Math.max(SMALLEST, bytes / most)));
    }
    lanes(parts, most, Runtime.getRuntime().maxMemory()).forEach(out::output);
  }

  /** The files of a pattern, one at least. */
  static List<Metadata> match(String pattern) throws IOException {
    MatchResult found = FileSystems.match(pattern, EmptyMatchTreatment.ALLOW);
    if (found.metadata().isEmpty()) {
      throw new IOException("Cannot read " + pattern + ": no file has such a name");
    }
    return found.metadata();
  }

  /** Deals out as many lanes as the heap has room for. */
  static List<Lane> lanes(List<Lane.Sized> parts, int most, long heap) {
    long held = parts.stream().mapToLong(Lane.Sized::held).max().orElse(0);
    long room = heap / HEAP_PART / Math.max(1, held);
    if (room == 0) {
      throw new IllegalStateException(
          "Cannot read files: one takes %d bytes of heap (must be a quarter of %d at most)"
              .formatted(held, heap));
    }
    return Lane.deal(parts, (int) Math.min(most, room));
  }
}
