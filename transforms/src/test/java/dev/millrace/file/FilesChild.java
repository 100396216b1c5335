// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.observe.Measure;
import dev.millrace.testing.ChildJvm;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** Another process that copies a CSV file as Parquet and reads that, on a small heap. */
final class FilesChild {

  private static final BlockSchema SCHEMA =
      BlockSchema.of(Column.of("id", BlockType.INT64), Column.of("text", BlockType.TEXT));

  private FilesChild() {}

  /** What it said: the rows of the file, and of its copy. */
  static String run(String heap, String pattern, String folder) throws Exception {
    List<String> arguments = List.of("-Xmx" + heap, "-XX:+UseSerialGC");
    Process process = ChildJvm.start(arguments, FilesChild.class, pattern, folder);
    try {
      return new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Of the child. */
  public static void main(String[] args) {
    // Else the direct runner has all blocks of a file in memory before it writes them.
    Pipeline copy =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs("--runnerDeterminedSharding=false").create());
    copy.apply(ReadFiles.csv(args[0], SCHEMA)).apply(WriteFiles.parquet(args[1]));
    long copied = rows(copy);
    Pipeline read = Pipeline.create(PipelineOptionsFactory.create());
    read.apply(ReadFiles.parquet(args[1] + "/*.parquet"));
    System.out.println(copied + " " + rows(read));
  }

  private static long rows(Pipeline pipeline) {
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    return Measure.ROWS_READ.total(result, "");
  }
}
