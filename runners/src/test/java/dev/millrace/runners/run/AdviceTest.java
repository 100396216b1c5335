// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.observe.Spent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AdviceTest {

  private static final String HOLDER = "session 17 of app";

  private static String on(Spent cause, int parallelism) {
    return new Advice(cause, HOLDER, parallelism, 4, 512, 0, false).sentence();
  }

  @ParameterizedTest
  @CsvSource({
    "WORKING, 2, --parallelism=4",
    "DATABASE, 4, --parallelism=8",
    "LOCK, 4, session 17 of app held them last",
    "CONNECTION, 4, --max-connections",
    "SLOT, 4, MILLRACE_POOL_<NAME>",
    "LOADING, 4, --disk",
    "GC, 4, MILLRACE_JAVA_OPTS=-Xmx1024m",
    "PROCESSOR, 8, --parallelism=4",
    "PROCESSOR, 4, another machine",
    "REST, 4, Thread.print"
  })
  void sentence_shouldNameASetting(Spent cause, int parallelism, String setting) {
    assertThat(on(cause, parallelism)).contains(setting);
  }

  @Test
  void sentence_shouldNotAskForMoreThanThereIs() {
    assertThat(on(Spent.WORKING, 4)).contains("more processors");
    assertThat(new Advice(Spent.CONNECTION, HOLDER, 4, 4, 512, 0, true).sentence())
        .contains("database.events")
        .doesNotContain("--max-connections");
    assertThat(new Advice(Spent.LOADING, HOLDER, 4, 4, 512, 1200, false).sentence())
        .isEqualTo("--heap gives its cache more room: it had none for 1,200 entries");
  }

  @ParameterizedTest
  @EnumSource(Spent.class)
  void sentence_shouldBeOne(Spent cause) {
    assertThat(on(cause, 4)).isNotBlank().doesNotEndWith(".");
  }
}
