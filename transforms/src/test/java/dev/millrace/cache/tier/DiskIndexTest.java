// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DiskIndexTest {

  /** Against a map; hashes of few values collide, and share their homes. */
  @Property(tries = 50)
  void index_shouldBeAsAMap(@ForAll long seed, @ForAll @IntRange(min = 1, max = 13) int bits) {
    Random random = new Random(seed);
    DiskIndex index = new DiskIndex();
    Map<Long, Long> model = new HashMap<>();
    for (int i = 0; i < 3_000; i++) {
      long hash = random.nextInt(1 << bits) * (random.nextInt(4) == 0 ? 1L << 10 : 1L);
      switch (random.nextInt(1_000) == 0 ? 3 : random.nextInt(3)) {
        case 0 -> assertThat(index.remove(hash)).isEqualTo(model.remove(hash) != null);
        case 3 -> {
          int before = model.size();
          model.values().removeIf(place -> place % 2 == 0);
          assertThat(index.retain(place -> place % 2 != 0)).isEqualTo(before - model.size());
        }
        default -> {
          long place = 1L + random.nextInt(1_000);
          index.put(hash, place);
          model.put(hash, place);
        }
      }
      assertThat(index.size()).isEqualTo(model.size());
    }
    for (long hash = 0; hash < 1 << 14; hash++) {
      assertThat(index.get(hash)).isEqualTo(model.getOrDefault(hash, DiskIndex.NONE));
      assertThat(index.get(hash << 10)).isEqualTo(model.getOrDefault(hash << 10, DiskIndex.NONE));
    }
  }
}
