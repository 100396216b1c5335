// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CeilingTest {

  @ParameterizedTest
  @CsvSource({"2,1,2", "3,2,3", "4,2,3", "16,11,15", "20,14,19", "1000,749,999"})
  void most_shouldKeepAQuarterFromReads_andOneForLooking(int all, int reads, int writes) {
    Ceiling ceiling = new Ceiling("etl", all);

    assertThat(ceiling.most(Quota.READ)).isEqualTo(reads);
    assertThat(ceiling.most(Quota.WRITE)).isEqualTo(writes);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 100})
  void slots_shouldBeThoseOfTheCeiling_eachOnce(int all) {
    Ceiling ceiling = new Ceiling("etl", all);
    Set<Integer> slots = new HashSet<>();
    for (Quota quota : Quota.values()) {
      assertThat(ceiling.slots(quota)).hasSize(ceiling.most(quota)).doesNotHaveDuplicates();
      slots.addAll(ceiling.slots(quota));
    }

    assertThat(slots).hasSize(all).allMatch(slot -> slot >= 0 && slot < all);
  }

  @Test
  void slots_shouldBeginWithThoseThatNothingElseMayHave() {
    Ceiling ceiling = new Ceiling("etl", 8);

    assertThat(ceiling.slots(Quota.READ)).startsWith(0).doesNotContain(5, 6, 7);
    assertThat(ceiling.slots(Quota.WRITE)).startsWith(6, 5).doesNotContain(7);
    assertThat(ceiling.slots(Quota.ASIDE)).containsExactly(7);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 10_001})
  void ceiling_shouldRefuseWhatNobodyCanWorkWith(int connections) {
    assertThatThrownBy(() -> new Ceiling("etl", connections))
        .hasMessage(
            "Invalid number of connections: "
                + connections
                + " (must be 2 to 10000: a reader may wait for a writer)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a'b", "ä", "a/b"})
  void ceiling_shouldRefuseNamesThatAreNone(String pool) {
    assertThatThrownBy(() -> new Ceiling(pool, 10))
        .hasMessage(
            "Invalid name of a pool: " + pool + " (must be 1 to 40 letters, digits, _, - or .)");
  }
}
