// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runners.option.CommonOptions;
import java.lang.ref.WeakReference;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;
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

  @Test
  void options_shouldBeForgotten_onceThoseOfAnotherPipelineHaveCome() throws Exception {
    WeakReference<PipelineOptions> first = new WeakReference<>(received());
    received();

    for (int i = 0; i < 100 && first.get() != null; i++) {
      System.gc();
      Thread.sleep(100);
    }

    assertThat(first.get()).isNull();
  }

  /** As they come to where a pipeline is run. */
  private static PipelineOptions received() {
    CommonOptions common = new CommonOptions();
    common.parallelism = 1;
    PipelineOptions options = PipelineRun.options(common, "job");
    return SerializableUtils.clone(new SerializablePipelineOptions(options)).get();
  }
}
