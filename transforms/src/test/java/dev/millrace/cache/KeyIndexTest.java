// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.block.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class KeyIndexTest {

  private static final BlockSchema SCHEMA =
      BlockSchema.of(
          Column.of("other", BlockType.INT64),
          Column.of("text", BlockType.TEXT),
          Column.of("number", BlockType.INT32));

  record Key(@Nullable String text, @Nullable Integer number) {}

  @Provide
  Arbitrary<List<Key>> keys() {
    // Few values, so that some are equal; and texts of which one is part of another.
    Arbitrary<String> texts =
        Arbitraries.strings().withChars("ab\u0001").ofMaxLength(3).injectNull(0.1);
    Arbitrary<Integer> numbers = Arbitraries.integers().between(-2, 2).injectNull(0.1);
    return Combinators.combine(texts, numbers).as(Key::new).list().ofMaxSize(200);
  }

  @Property
  void of_shouldTellKeysApartAsAMapDoes(@ForAll("keys") List<Key> keys) {
    KeyIndex index = KeyIndex.of(block(keys), new int[] {1, 2});

    Map<Key, Integer> slots = new HashMap<>();
    List<Integer> firsts = new ArrayList<>();
    for (int row = 0; row < keys.size(); row++) {
      Key key = keys.get(row);
      if (key.text() == null || key.number() == null) {
        assertThat(index.slot(row)).isEqualTo(KeyIndex.NONE);
        continue;
      }
      if (!slots.containsKey(key)) {
        slots.put(key, slots.size());
        firsts.add(row);
      }
      assertThat(index.slot(row)).isEqualTo(slots.get(key));
    }
    assertThat(index.firsts())
        .containsExactly(firsts.stream().mapToInt(Integer::intValue).toArray());
  }

  private static Block block(List<Key> keys) {
    BlockBuilder builder = new BlockBuilder(SCHEMA);
    for (Key key : keys) {
      builder.column(0).append((long) builder.rows());
      builder.column(1).append(key.text());
      builder.column(2).append(key.number());
    }
    return builder.build(Origin.NONE);
  }
}
