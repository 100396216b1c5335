// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

  private static final List<String> KNOWN = List.of("--table", "--target", "--source", "--key");

  @Test
  void to_shouldFindAMistypedWord() {
    assertThat(Nearest.to("--tabel", KNOWN)).hasValue("--table");
    assertThat(Nearest.to("--taget", KNOWN)).hasValue("--target");
    assertThat(Nearest.to("key", KNOWN)).hasValue("--key");
  }

  @Test
  void to_shouldStaySilent_whenNothingIsNear() {
    assertThat(Nearest.to("--parallelism", KNOWN)).isEmpty();
    assertThat(Nearest.to("x", List.of())).isEmpty();
  }

  @Test
  void distance_shouldCountEditsAndSwaps() {
    assertThat(Nearest.distance("sync", "sync")).isZero();
    assertThat(Nearest.distance("snyc", "sync")).isEqualTo(1);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
  }
}
