// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates as a user makes them, by the JDK's keytool. */
final class Certificates {

  static final String PASSWORD = "kanarienvogel-password";

  private Certificates() {}

  /** A key and its certificate. */
  static Path make(Path file, String algorithm, String names, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                file.getFileName().toString(),
                "-keyalg",
                algorithm,
                "-dname",
                "CN=dashboard",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD));
    if (!names.isEmpty()) {
      command.addAll(List.of("-ext", "san=" + names));
    }
    command.addAll(List.of(more));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    return file;
  }

  static KeyStore open(Path file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  /** The certificate of one, as PEM. */
  static Path certificate(Path file) throws Exception {
    KeyStore store = open(file);
    Certificate certificate = store.getCertificate(store.aliases().nextElement());
    return pem(file.resolveSibling("certificate.pem"), "CERTIFICATE", certificate.getEncoded());
  }

  /** The key of one, as PEM. */
  static Path key(Path file) throws Exception {
    KeyStore store = open(file);
    byte[] key = store.getKey(store.aliases().nextElement(), PASSWORD.toCharArray()).getEncoded();
    return pem(file.resolveSibling("key.pem"), "PRIVATE KEY", key);
  }

  static Path pem(Path file, String what, byte[] content) throws Exception {
    String lines = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content);
    return Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, lines, what));
  }

  /** Of a client that trusts the certificate of one. */
  static SSLContext trusting(Path file) throws Exception {
    KeyStore own = open(file);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("own", own.getCertificate(own.aliases().nextElement()));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
