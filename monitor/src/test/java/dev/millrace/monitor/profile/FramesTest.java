// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FramesTest {

  @Test
  void name_shouldBeTheSame_whateverTheJvmNumbersItsClasses() {
    assertThat(Frames.name("dev.millrace.A$$Lambda$1234/0x00007f12d4a1.accept"))
        .isEqualTo("dev.millrace.A$$Lambda.accept");
    assertThat(Frames.name("dev.millrace.A$$Lambda.1489048738.accept"))
        .isEqualTo("dev.millrace.A$$Lambda.accept");
    assertThat(Frames.name("jdk.internal.reflect.GeneratedMethodAccessor17.invoke"))
        .isEqualTo("jdk.internal.reflect.GeneratedMethodAccessor.invoke");
    assertThat(Frames.name("dev.millrace.read.ReadFn$1.run"))
        .isEqualTo("dev.millrace.read.ReadFn$1.run");
  }

  @Test
  void type_shouldBeWrittenAsInJava() {
    assertThat(Frames.type("[B")).isEqualTo("byte[]");
    assertThat(Frames.type("[[J")).isEqualTo("long[][]");
    assertThat(Frames.type("[Ljava/lang/Object;")).isEqualTo("java.lang.Object[]");
    assertThat(Frames.type("java.lang.String")).isEqualTo("java.lang.String");
  }

  @Test
  void step_shouldBeTheInnermostOfThePipelinesOwn() {
    String runners = "org.apache.beam.sdk.util.SplittableParDo$Fn$DoFnInvoker.invokeProcessElement";
    String own = "dev.shop.Score$Fn$DoFnInvoker.invokeProcessElement";
    assertThat(Frames.step(List.of("a.B.c", runners, own, "dev.shop.Score$Fn.score")))
        .hasValue("Score.Fn");
    assertThat(Frames.withoutRunner(List.of("a.B.c", runners, own, "dev.shop.Score$Fn.score")))
        .containsExactly("dev.shop.Score$Fn.score");
    assertThat(Frames.step(List.of("a.B.c", runners))).isEmpty();
    assertThat(Frames.step(List.of("a.B.c"))).isEmpty();
  }

  @Test
  void withoutRunner_shouldBeginWithTheStagesOwnCall() {
    assertThat(
            Frames.withoutRunner(
                List.of(
                    "java.lang.Thread.run",
                    "org.apache.beam.runners.direct.Worker.run",
                    "dev.millrace.write.WriteFn.process",
                    "java.util.List.add")))
        .containsExactly("dev.millrace.write.WriteFn.process", "java.util.List.add");
    assertThat(Frames.withoutRunner(List.of("java.lang.Thread.run", "java.lang.Object.wait")))
        .hasSize(2);
  }
}
