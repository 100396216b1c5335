// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.block.Block;
import org.junit.jupiter.api.Test;

class ContentKeyTest {

  private static final ContentKey KEY =
      ContentKey.of("silver").input("bronze", "17 rows").parameter("table", "2016");

  @Test
  void hash_shouldNotDependOnTheOrder() {
    ContentKey other =
        ContentKey.of("silver").parameter("table", "2016").input("bronze", "17 rows");
    assertThat(other).isEqualTo(KEY);
    assertThat(other.hash()).isEqualTo(KEY.hash()).hasSize(64);
  }

  @Test
  void hash_shouldDependOnEachPart() {
    assertThat(
            new String[] {
              KEY.hash(),
              ContentKey.of("silver2").input("bronze", "17 rows").parameter("table", "2016").hash(),
              ContentKey.of("silver").input("bronze", "18 rows").parameter("table", "2016").hash(),
              ContentKey.of("silver").input("bronze1", "7 rows").parameter("table", "2016").hash(),
              ContentKey.of("silver").input("bronze", "17 rows").parameter("table", "2012").hash(),
              ContentKey.of("silver").input("bronze", "17 rows").input("table", "2016").hash(),
              KEY.code(ContentKey.class).hash(),
              KEY.code(ContentKey.class, ContentKeyTest.class).hash(),
            })
        .doesNotHaveDuplicates();
  }

  @Test
  void code_shouldBeTheSameOfClassesThatCameTogether() {
    assertThat(KEY.code(ContentKey.class)).isEqualTo(KEY.code(Block.class, ContentKey.class));
  }

  @Test
  void code_shouldRefuseAClassFromNowhere() {
    assertThatThrownBy(() -> KEY.code(String.class))
        .hasMessage("Invalid class: java.lang.String (must come from a jar or folder)");
  }

  @Test
  void input_shouldBeNamedOnce() {
    assertThatThrownBy(() -> KEY.input("bronze", "18 rows"))
        .hasMessage("Invalid key of silver: a second input bronze (must be named once)");
  }
}
