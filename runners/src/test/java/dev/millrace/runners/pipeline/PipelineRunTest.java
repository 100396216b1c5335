// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runners.option.CommonOptions;
import org.apache.beam.runners.direct.DirectOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineRunTest {

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void directRunner_shouldCheckElementsOnlyWhenAsked(boolean asked) {
    CommonOptions common = new CommonOptions();
    common.parallelism = 2;
    common.checkElements = asked;

    DirectOptions options = PipelineRun.options(common, "job").as(DirectOptions.class);

    assertThat(options.isEnforceImmutability()).isEqualTo(asked);
    assertThat(options.isEnforceEncodability()).isEqualTo(asked);
  }
}
