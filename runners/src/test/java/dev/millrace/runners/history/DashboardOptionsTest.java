// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DashboardOptionsTest {

  private static final String TOKEN = "kanarienvogel0123456789abcdef0123456789";

  @Test
  void address_shouldBeRefused_withoutTokenAndCertificate(@TempDir Path state) {
    TestConsole console = TestConsole.withState(state, Map.of());

    assertThat(console.run("dashboard", "--address=0.0.0.0")).isEqualTo(ExitCode.USAGE);
    assertThat(console.err())
        .contains("Cannot serve the dashboard at 0.0.0.0, which other machines reach: it lacks")
        .contains("MILLRACE_DASHBOARD_TOKEN_FILE", " and a certificate (--dashboard-certificate=");
  }

  @Test
  void token_shouldBeTakenFromItsFile_andNotTold(@TempDir Path state) throws Exception {
    Path file = Files.writeString(state.resolve("token"), TOKEN + "\n");
    TestConsole console =
        TestConsole.withState(state, Map.of("MILLRACE_DASHBOARD_TOKEN_FILE", file.toString()));

    assertThat(console.run("dashboard", "--address=0.0.0.0:0")).isEqualTo(ExitCode.USAGE);
    assertThat(console.err())
        .contains("it lacks a certificate (")
        .doesNotContain("a token", "kanarienvogel");
  }

  @ParameterizedTest
  @CsvSource({
    "--address=a:b,            'must be a port from 0 to 65535, HOST or HOST:PORT'",
    "--port=x,                 must be a whole number from 0 to 65535",
    "--dashboard-key=k,        must be left out without --dashboard-certificate",
    "--dashboard-certificate=none.p12, Cannot use none.p12 for TLS: there is no such file",
    "--dashboard-host-name=*.a, Invalid name of the dashboard's host: *.a"
  })
  void options_shouldBeRefused_whenTheyAreNone(String option, String why, @TempDir Path state) {
    TestConsole console = TestConsole.withState(state, Map.of());

    assertThat(console.run("dashboard", option)).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains(why);
  }

  @Test
  void token_shouldBeLong_andNotBeTold(@TempDir Path state) {
    TestConsole console =
        TestConsole.withState(state, Map.of("MILLRACE_DASHBOARD_TOKEN", "kanarienvogel"));

    assertThat(console.run("dashboard")).isEqualTo(ExitCode.USAGE);
    assertThat(console.err())
        .startsWith("Invalid token of the dashboard: its value is not shown")
        .doesNotContain("kanarienvogel");
  }

  @Test
  void port_shouldBeSaidOnce(@TempDir Path state) {
    TestConsole console = TestConsole.withState(state, Map.of());

    assertThat(console.run("dashboard", "--port=1", "--address=localhost"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains("Invalid --port: 1 (must be left out with --address");
  }
}
