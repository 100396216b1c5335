// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import static dev.millrace.monitor.dashboard.Certificates.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ServerCertificateTest {

  @SuppressWarnings("NullAway.Init") // Before each test.
  @TempDir
  private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void read_shouldTakeBothForms(String algorithm) throws Exception {
    Path file =
        Certificates.make(
            folder.resolve("a.p12"), algorithm, "dns:a.test,dns:*.b.test,ip:192.0.2.7,ip:::1");

    assertThat(ServerCertificate.read(file, PASSWORD).names())
        .containsExactly("a.test", "192.0.2.7", "[::1]");
    ServerCertificate pair =
        ServerCertificate.read(Certificates.certificate(file), Certificates.key(file));
    assertThat(pair.names()).containsExactly("a.test", "192.0.2.7", "[::1]");
    assertThat(pair).hasToString("certificate of [a.test, 192.0.2.7, [::1]]");
  }

  @Test
  void read_shouldSayWhatIsWrong() throws Exception {
    Path file = Certificates.make(folder.resolve("a.p12"), "EC", "");
    Path other =
        Certificates.make(Files.createDirectory(folder.resolve("b")).resolve("b.p12"), "EC", "");
    Path rsa =
        Certificates.make(Files.createDirectory(folder.resolve("c")).resolve("c.p12"), "RSA", "");
    Path old =
        Certificates.make(
            folder.resolve("old.p12"), "EC", "", "-startdate", "-9d", "-validity", "1");
    Path early = Certificates.make(folder.resolve("early.p12"), "EC", "", "-startdate", "+9d");
    Path two = Files.copy(file, folder.resolve("two.p12"));
    Certificates.make(two, "EC", "");
    Path pem = Certificates.certificate(file);
    Path key = Certificates.key(file);
    Path none = folder.resolve("none");
    Path encrypted = Certificates.pem(folder.resolve("e"), "ENCRYPTED PRIVATE KEY", new byte[99]);
    Path broken = Certificates.pem(folder.resolve("broken"), "PRIVATE KEY", new byte[99]);

    assertRefused(() -> ServerCertificate.read(none, PASSWORD), "there is no such file");
    assertRefused(() -> ServerCertificate.read(folder, PASSWORD), "it cannot be read");
    assertRefused(() -> ServerCertificate.read(key, PASSWORD), "it is PEM, and its key has");
    assertRefused(() -> ServerCertificate.read(file, "other"), "its password is wrong (MILLR");
    assertRefused(() -> ServerCertificate.read(file, (String) null), "its password is missing");
    assertRefused(() -> ServerCertificate.read(two, PASSWORD), "it holds 2 keys (must hold one)");
    assertRefused(() -> ServerCertificate.read(old, PASSWORD), "it expired at ");
    assertRefused(() -> ServerCertificate.read(early, PASSWORD), "it is valid only from ");
    assertRefused(() -> ServerCertificate.read(file, key), "it holds no certificates in PEM");
    assertRefused(() -> ServerCertificate.read(pem, none), "there is no such file");
    assertRefused(() -> ServerCertificate.read(pem, encrypted), "it holds no PEM of PKCS#8");
    assertRefused(() -> ServerCertificate.read(pem, broken), "it holds no key for the EC cert");
    assertRefused(() -> ServerCertificate.read(pem, Certificates.key(rsa)), "it holds no key for");
    assertRefused(() -> ServerCertificate.read(pem, Certificates.key(other)), "the key is that of");
    Path text = Files.writeString(folder.resolve("text"), "a certificate");
    assertRefused(() -> ServerCertificate.read(text, PASSWORD), "it is no PKCS#12 file");
  }

  /** What is done with a file. */
  private interface Reading {
    ServerCertificate read() throws Exception;
  }

  private static void assertRefused(Reading reading, String why) {
    assertThatThrownBy(reading::read)
        .isInstanceOf(DashboardException.class)
        .hasMessageStartingWith("Cannot use ")
        .hasMessageContaining(" for TLS: " + why)
        .hasMessageNotContaining(PASSWORD);
  }
}
