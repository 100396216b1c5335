// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class AccessTest {

  private static final Token TOKEN = Token.of("t".repeat(32));

  private static ServerCertificate named;
  private static ServerCertificate unnamed;

  @BeforeAll
  static void make(@TempDir Path folder) throws Exception {
    Path one = Certificates.make(folder.resolve("1.p12"), "EC", "dns:Dash.Test,ip:192.0.2.7");
    Path two = Certificates.make(folder.resolve("2.p12"), "EC", "dns:*.test");
    named = ServerCertificate.read(one, Certificates.PASSWORD);
    unnamed = ServerCertificate.read(two, Certificates.PASSWORD);
  }

  private static Access at(
      String host, @Nullable Token token, @Nullable ServerCertificate tls, String... names) {
    return new Access(new Address(host, 9480), token, tls, List.of(names));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "localhost", "::1"})
  void access_shouldNeedNothing_onLoopback(String host) {
    assertThat(at(host, null, null).resolved().isLoopbackAddress()).isTrue();
    assertThat(at(host, TOKEN, null).toString()).doesNotContain("ttt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.7", "10.0.0.1", "::ffff:10.0.0.1"})
  void access_shouldNeedTokenAndTls_whereOthersReachIt(String host) {
    String sentence = "Cannot serve the dashboard at %s, which other machines reach: it lacks ";
    String token =
        "a token (in MILLRACE_DASHBOARD_TOKEN, or in the file that MILLRACE_DASHBOARD_TOKEN_FILE"
            + " names)";
    String tls =
        "a certificate (--dashboard-certificate=FILE, PKCS#12 with its key, or PEM with"
            + " --dashboard-key=FILE)";
    assertThatThrownBy(() -> at(host, null, null))
        .hasMessage(sentence.formatted(host) + token + " and " + tls);
    assertThatThrownBy(() -> at(host, null, named)).hasMessage(sentence.formatted(host) + token);
    assertThatThrownBy(() -> at(host, TOKEN, null)).hasMessage(sentence.formatted(host) + tls);
    assertThat(at(host, TOKEN, named).certificate()).isSameAs(named);
  }

  @Test
  void access_shouldHaveANameByWhichItIsReached() {
    assertThatThrownBy(() -> at("0.0.0.0", TOKEN, unnamed))
        .hasMessageStartingWith("Cannot serve the dashboard at 0.0.0.0: its certificate has no")
        .hasMessageEndingWith("(--dashboard-host-name=NAME)");
    assertThat(at("0.0.0.0", TOKEN, unnamed, "a.test").names()).containsExactly("a.test");
    assertThat(at("192.0.2.7", TOKEN, unnamed).names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "*.test", "a b", "a:b", "http://a", "a/b", "a:99999", "a\r\nb"})
  void access_shouldRefuseWhatIsNoName(String name) {
    assertThatThrownBy(() -> at("127.0.0.1", null, null, name))
        .hasMessageStartingWith("Invalid name of the dashboard's host: ");
  }

  @Test
  void access_shouldRefuseAHostThatThereIsNot() {
    assertThatThrownBy(() -> at("no-such-host.invalid", TOKEN, named))
        .hasMessage("Cannot serve the dashboard at no-such-host.invalid: there is no such host");
  }

  @ParameterizedTest
  @CsvSource({
    "8080,             127.0.0.1:8080",
    "0,                127.0.0.1:0",
    "0.0.0.0,          0.0.0.0:9480",
    "0.0.0.0:80,       0.0.0.0:80",
    "dash.test,        dash.test:9480",
    "dash.test:0,      dash.test:0",
    "::,               [::]:9480",
    "[::1]:8443,       [::1]:8443"
  })
  void parse_shouldTakeAllForms(String text, String address) {
    assertThat(Address.parse(text)).hasToString(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "99999", "-1", "a:", "a:b", ":80", "a:70000", "http://a:80"})
  void parse_shouldRefuseAnythingElse(String text) {
    assertThatThrownBy(() -> Address.parse(text))
        .hasMessage(
            "Invalid address: %s (must be a port from 0 to 65535, HOST or HOST:PORT)"
                .formatted(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0123456789012345678901234567890", "01234567890123456789 01234567890 "})
  void token_shouldRefuseWhatCouldBeGuessed_withoutTellingIt(String token) {
    assertThatThrownBy(() -> Token.of(token))
        .hasMessageStartingWith("Invalid token of the dashboard: its value is not shown (must be 3")
        .hasMessageNotContaining("0123");
    assertThatThrownBy(() -> Token.of("ö".repeat(40))).isInstanceOf(DashboardException.class);
  }

  @Test
  void token_shouldBeThatAlone() {
    assertThat(TOKEN.is("t".repeat(32))).isTrue();
    assertThat(TOKEN.is("t".repeat(33))).isFalse();
    assertThat(TOKEN.is("")).isFalse();
    assertThat(TOKEN).hasToString("(redacted)");
  }

  @Test
  void names_shouldBeThoseOfTheCertificate_orThoseSaid() {
    InetAddress all = InetAddresses.forString("0.0.0.0");
    HostNames certified = HostNames.of(at("0.0.0.0", TOKEN, named), all, 8443);
    assertThat(certified.url()).isEqualTo("https://dash.test:8443/");
    assertThat(certified.has("DASH.test:8443")).isTrue();
    assertThat(certified.has("192.0.2.7:8443")).isTrue();
    assertThat(certified.hasOrigin("https://dash.test:8443")).isTrue();
    assertThat(certified.has("dash.test")).isFalse();
    assertThat(certified.has("127.0.0.1:8443")).isFalse();
    assertThat(certified.hasOrigin("http://dash.test:8443")).isFalse();

    HostNames said = HostNames.of(at("0.0.0.0", TOKEN, named, "a.test", "b.test:443"), all, 8443);
    assertThat(said.url()).isEqualTo("https://a.test:8443/");
    assertThat(said.has("b.test")).isTrue();
    assertThat(said.hasOrigin("https://b.test")).isTrue();
    assertThat(said.has("dash.test:8443")).isFalse();

    InetAddress loopback = InetAddresses.forString("::1");
    HostNames own = HostNames.of(at("::1", null, null), loopback, 80);
    assertThat(own.url()).isEqualTo("http://[::1]/");
    assertThat(own.has("localhost")).isTrue();
    assertThat(own.has("evil.test")).isFalse();
  }
}
