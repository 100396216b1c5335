// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.control.ByteSize;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/**
 * Transforms over collections of {@link Block}s. All work on bounded and unbounded collections,
 * keep windows, and lose no row but those that {@link #filter} is asked to drop, which it counts.
 * {@link #fromRows} and {@link #resize} hold one unfinished block for each window of a bundle, the
 * others none.
 */
public final class Blocks {

  /** The size that a block is cut at unless told otherwise. */
  public static final ByteSize DEFAULT_SIZE = ByteSize.ofMebibytes(1);

  private Blocks() {}

  /** Turns blocks into Beam rows of {@link BlockSchema#toBeam()}. */
  public static ToRows toRows() {
    return new ToRows();
  }

  /** Turns Beam rows into blocks of {@link #DEFAULT_SIZE}; a block never spans bundles. */
  public static FromRows fromRows() {
    return new FromRows(DEFAULT_SIZE);
  }

  /**
   * Maps record batches row for row.
   *
   * @param output the schema of what the function returns
   */
  public static Map map(BlockSchema output, BlockMapper mapper) {
    return new Map(output, mapper);
  }

  /** Keeps the rows that satisfy a predicate; the dropped are counted as {@code rows_filtered}. */
  public static Filter filter(BlockPredicate predicate) {
    return new Filter(predicate);
  }

  /** Keeps the named columns, in the order given, without copying them. */
  public static Project project(String... columns) {
    return new Project(List.of(columns));
  }

  /**
   * Cuts large blocks and joins small ones of a bundle where one's positions follow the other's.
   * Never joins two splits, nor over a gap.
   *
   * @param size the size to cut at: a block ends with the row that reaches it
   */
  public static Resize resize(ByteSize size) {
    return new Resize(size);
  }

  private static PCollection<Block> apply(
      PCollection<Block> input, String name, DoFn<Block, Block> fn, BlockSchema output) {
    return input.apply(name, ParDo.of(fn)).setCoder(BlockCoder.of(output));
  }

  /** See {@link Blocks#toRows()}. */
  public static final class ToRows extends PTransform<PCollection<Block>, PCollection<Row>> {
    private ToRows() {}

    @Override
    public PCollection<Row> expand(PCollection<Block> input) {
      BlockSchema schema = BlockCoder.schemaOf(input);
      return input
          .apply("ToRows", ParDo.of(new ToRowsFn(schema.toBeam())))
          .setRowSchema(schema.toBeam());
    }
  }

  /** See {@link Blocks#fromRows()}. */
  public static final class FromRows extends PTransform<PCollection<Row>, PCollection<Block>> {
    private final ByteSize size;

    private FromRows(ByteSize size) {
      this.size = size;
    }

    /** The size to cut blocks at. */
    public FromRows withBlockSize(ByteSize newSize) {
      return new FromRows(newSize);
    }

    /**
     * @throws IllegalArgumentException when a field of the rows has no form in a block
     */
    @Override
    public PCollection<Block> expand(PCollection<Row> input) {
      BlockSchema schema = BlockSchema.fromBeam(input.getSchema());
      return input
          .apply("FromRows", ParDo.of(new FromRowsFn(schema, size)))
          .setCoder(BlockCoder.of(schema));
    }
  }

  /** See {@link Blocks#map}. */
  public static final class Map extends PTransform<PCollection<Block>, PCollection<Block>> {
    private final BlockSchema output;
    private final BlockMapper mapper;

    private Map(BlockSchema output, BlockMapper mapper) {
      this.output = output;
      this.mapper = mapper;
    }

    @Override
    public PCollection<Block> expand(PCollection<Block> input) {
      return apply(input, "Map", new MapFn(output, mapper), output);
    }
  }

  /** See {@link Blocks#filter}. */
  public static final class Filter extends PTransform<PCollection<Block>, PCollection<Block>> {
    private final BlockPredicate predicate;

    private Filter(BlockPredicate predicate) {
      this.predicate = predicate;
    }

    @Override
    public PCollection<Block> expand(PCollection<Block> input) {
      BlockSchema schema = BlockCoder.schemaOf(input);
      return apply(input, "Filter", new FilterFn(schema, predicate), schema);
    }
  }

  /** See {@link Blocks#project}. */
  public static final class Project extends PTransform<PCollection<Block>, PCollection<Block>> {
    private final List<String> columns;

    private Project(List<String> columns) {
      this.columns = columns;
    }

    /**
     * @throws IllegalArgumentException when a column does not exist
     */
    @Override
    public PCollection<Block> expand(PCollection<Block> input) {
      BlockSchema kept = BlockCoder.schemaOf(input).project(columns);
      return apply(input, "Project", new ProjectFn(kept), kept);
    }
  }

  /** See {@link Blocks#resize}. */
  public static final class Resize extends PTransform<PCollection<Block>, PCollection<Block>> {
    private final ByteSize size;

    private Resize(ByteSize size) {
      this.size = size;
    }

    @Override
    public PCollection<Block> expand(PCollection<Block> input) {
      BlockSchema schema = BlockCoder.schemaOf(input);
      return apply(input, "Resize", new ResizeFn(schema, size), schema);
    }
  }

  private static final class ProjectFn extends DoFn<Block, Block> implements OneToOne {
    private final Marshalled<BlockSchema> kept;

    ProjectFn(BlockSchema kept) {
      this.kept = Marshalled.of(kept);
    }

    @ProcessElement
    public void process(@Element Block block, OutputReceiver<Block> out) {
      out.output(block.project(kept.get()));
    }
  }
}
