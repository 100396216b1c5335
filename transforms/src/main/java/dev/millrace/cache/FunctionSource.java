// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.block.Marshalled;
import dev.millrace.block.Origin;
import dev.millrace.cache.tier.CacheKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** A function that is asked for many keys at once. */
final class FunctionSource implements LookupSource {

  private final String name;
  private final Marshalled<BlockSchema> key;
  private final Marshalled<BlockSchema> values;
  private final LookupFunction function;
  private final KeyScope scope;
  private final KeyForm form;

  FunctionSource(
      String name, String version, BlockSchema key, BlockSchema values, LookupFunction function) {
    this.name = name;
    this.key = Marshalled.of(key);
    this.values = Marshalled.of(values);
    this.function = function;
    this.scope =
        KeyScope.of(
            String.join("\n", "function", name, version, key.toString(), values.toString()));
    this.form = KeyForm.of(key);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> key() {
    return key.get().names();
  }

  @Override
  public BlockSchema values() {
    return values.get();
  }

  @Override
  public void require(int part, String column, BlockType type) {
    Column wanted = key.get().column(part);
    if (!wanted.type().equals(type)) {
      throw new IllegalArgumentException(
          "Invalid key column: %s of %s (must be as %s of %s, %s)"
              .formatted(column, type, wanted.name(), name, wanted.type()));
    }
  }

  @Override
  public Opened open() {
    return new Function();
  }

  private final class Function implements Opened {

    private final Schema keySchema = key.get().toBeam();
    private final int[] all = IntStream.range(0, values.get().size()).toArray();

    @Override
    public List<CacheKey> keys(Block block, int[] columns, int[] rows) {
      return scope.keys(block, columns, rows, form);
    }

    @Override
    public byte[] @Nullable [] load(Block block, int[] columns, int[] rows) throws Exception {
      List<Row> keys = new ArrayList<>(rows.length);
      for (int row : rows) {
        Row.Builder builder = Row.withSchema(keySchema);
        for (int column : columns) {
          builder.addValue(block.column(column).value(row));
        }
        keys.add(builder.build());
      }
      byte[] @Nullable [] found = new byte[rows.length][];
      if (keys.isEmpty()) {
        return found;
      }
      // One number written in two ways is two keys of a block.
      Map<Row, Row> answers = function.find(List.copyOf(new LinkedHashSet<>(keys)));
      for (int i = 0; i < found.length; i++) {
        Row answer = answers.get(keys.get(i));
        found[i] = answer == null ? null : encode(answer);
      }
      return found;
    }

    private byte[] encode(Row answer) {
      BlockBuilder builder = new BlockBuilder(values.get());
      if (answer.getFieldCount() != all.length) {
        throw new IllegalArgumentException(
            "Invalid answer of %s: %d values (must be %s)"
                .formatted(name, answer.getFieldCount(), values.get().names()));
      }
      for (int column : all) {
        builder.column(column).append(answer.getValue(column));
      }
      return RowBytes.encode(builder.build(Origin.NONE), all, 0);
    }

    @Override
    public void close() {
      // The function has nothing open that is known here.
    }
  }
}
