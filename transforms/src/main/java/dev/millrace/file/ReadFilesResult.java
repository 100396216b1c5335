// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.Block;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PInput;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;

/** What a read that does not fail at a bad record outputs. */
public final class ReadFilesResult implements POutput {

  private final PCollectionTuple all;
  private final PCollection<Block> blocks;
  private final PCollection<RejectedRecord> rejects;

  ReadFilesResult(
      PCollectionTuple all, PCollection<Block> blocks, PCollection<RejectedRecord> rejects) {
    this.all = all;
    this.blocks = blocks;
    this.rejects = rejects;
  }

  public PCollection<Block> blocks() {
    return blocks;
  }

  public PCollection<RejectedRecord> rejects() {
    return rejects;
  }

  @Override
  public Pipeline getPipeline() {
    return all.getPipeline();
  }

  @Override
  public Map<TupleTag<?>, PValue> expand() {
    return all.expand();
  }

  @Override
  public void finishSpecifyingOutput(
      String transformName, PInput input, PTransform<?, ?> transform) {
    all.finishSpecifyingOutput(transformName, input, transform);
  }
}
