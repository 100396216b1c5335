// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import com.google.common.net.InetAddresses;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Who a dashboard is to its clients: a certificate, those that it was made with, and its key.
 * Nothing tells the key. Immutable.
 */
public final class ServerCertificate {

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private static final int DNS = 2;
  private static final int IP = 7;

  private final SSLContext context;
  private final List<String> names;

  private ServerCertificate(SSLContext context, List<String> names) {
    this.context = context;
    this.names = names;
  }

  /**
   * Reads a PKCS#12 file with one key and its certificates.
   *
   * @param file as {@code keytool -genkeypair} or {@code openssl pkcs12 -export} writes it
   * @param password of the file and of the key; null if it has none
   * @throws DashboardException if it cannot be read, or is not fit for it
   */
  public static ServerCertificate read(Path file, @Nullable String password) {
    char[] opening = password == null ? new char[0] : password.toCharArray();
    byte[] bytes = bytes(file);
    if (new String(bytes, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")) {
      throw unusable(file, "it is PEM, and its key has to be named (--dashboard-key=FILE)");
    }
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(bytes), opening);
      List<String> keys =
          Collections.list(store.aliases()).stream().filter(alias -> isKey(store, alias)).toList();
      if (keys.size() != 1) {
        throw unusable(file, "it holds %d keys (must hold one)".formatted(keys.size()));
      }
      Key key = store.getKey(keys.get(0), opening);
      Certificate[] chain = store.getCertificateChain(keys.get(0));
      if (!(key instanceof PrivateKey own) || chain == null) {
        throw unusable(file, "it holds no private key with a certificate");
      }
      return of(file, own, chain);
    } catch (IOException | GeneralSecurityException e) {
      boolean closed =
          e instanceof UnrecoverableKeyException
              || e.getCause() instanceof UnrecoverableKeyException;
      throw unusable(
          file,
          closed
              ? "its password is %s (MILLRACE_DASHBOARD_KEY_PASSWORD, or in the file that"
                      .formatted(password == null ? "missing" : "wrong")
                  + " MILLRACE_DASHBOARD_KEY_PASSWORD_FILE names)"
              : "it is no PKCS#12 file",
          e);
    }
  }

  /**
   * Reads a certificate and its key from PEM files.
   *
   * @param certificates the server's first, then those that it was made with
   * @param key PKCS#8 without a password
   * @throws DashboardException if they cannot be read, or are not fit for it
   */
  public static ServerCertificate read(Path certificates, Path key) {
    Collection<? extends Certificate> chain;
    try (InputStream in = new ByteArrayInputStream(bytes(certificates))) {
      chain = CertificateFactory.getInstance("X.509").generateCertificates(in);
    } catch (IOException | GeneralSecurityException e) {
      throw unusable(certificates, "it holds no certificates in PEM", e);
    }
    if (chain.isEmpty()) {
      throw unusable(certificates, "it holds no certificates in PEM");
    }
    Matcher found = KEY.matcher(new String(bytes(key), StandardCharsets.ISO_8859_1));
    if (!found.find()) {
      throw unusable(
          key,
          "it holds no PEM of PKCS#8 without a password, which begins with -----BEGIN PRIVATE"
              + " KEY----- (make it with `openssl pkcs8 -topk8 -nocrypt`)");
    }
    String algorithm = chain.iterator().next().getPublicKey().getAlgorithm();
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(found.group(1));
      PrivateKey own =
          KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      return of(certificates, own, chain.toArray(Certificate[]::new));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // What the exception says may have been taken from the key.
      throw unusable(key, "it holds no key for the %s certificate".formatted(algorithm));
    }
  }

  private static ServerCertificate of(Path file, PrivateKey key, Certificate[] chain)
      throws GeneralSecurityException {
    if (!(chain[0] instanceof X509Certificate own)) {
      throw unusable(file, "its certificate is not X.509");
    }
    Instant now = Instant.now();
    Instant from = own.getNotBefore().toInstant();
    Instant until = own.getNotAfter().toInstant();
    if (now.isBefore(from)) {
      throw unusable(file, "it is valid only from " + from);
    }
    if (now.isAfter(until)) {
      throw unusable(file, "it expired at " + until);
    }
    if (!fits(key, own)) {
      throw unusable(file, "the key is that of another certificate");
    }
    // Within this process it needs none.
    char[] password = new char[0];
    KeyStore store = KeyStore.getInstance("JKS");
    try {
      store.load(null, password);
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
    store.setKeyEntry("dashboard", key, password, chain);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return new ServerCertificate(context, names(own));
  }

  /** A pair that does not fit would be found out only by who connects. */
  private static boolean fits(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    String algorithm = certificate.getPublicKey().getAlgorithm();
    Signature signature =
        Signature.getInstance(
            switch (algorithm) {
              case "RSA" -> "SHA256withRSA";
              case "EC" -> "SHA256withECDSA";
              default -> algorithm;
            });
    byte[] words = "millrace".getBytes(StandardCharsets.US_ASCII);
    signature.initSign(key);
    signature.update(words);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(words);
    return signature.verify(signed);
  }

  private static boolean isKey(KeyStore store, String alias) {
    try {
      return store.isKeyEntry(alias);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot look into a key store that is open", e);
    }
  }

  private static List<String> names(X509Certificate certificate)
      throws CertificateParsingException {
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    return all == null
        ? List.of()
        : all.stream().flatMap(each -> name(each.get(0), each.get(1))).toList();
  }

  /** One that a client may ask for; a wildcard is none. */
  private static Stream<String> name(@Nullable Object type, @Nullable Object value) {
    String name = String.valueOf(value);
    return switch (Objects.requireNonNull((Integer) type)) {
      case DNS -> name.contains("*") ? Stream.empty() : Stream.of(name);
      case IP -> Stream.of(InetAddresses.toUriString(InetAddresses.forString(name)));
      default -> Stream.empty();
    };
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw unusable(file, "there is no such file", e);
    } catch (IOException e) {
      throw unusable(file, "it cannot be read", e);
    }
  }

  private static DashboardException unusable(Path file, String why) {
    return new DashboardException("Cannot use %s for TLS: %s".formatted(file, why));
  }

  private static DashboardException unusable(Path file, String why, Throwable cause) {
    return new DashboardException("Cannot use %s for TLS: %s".formatted(file, why), cause);
  }

  /** Its subjectAltName without wildcards: hosts, as they stand in a URL. */
  List<String> names() {
    return names;
  }

  SSLContext context() {
    return context;
  }

  @Override
  public String toString() {
    return "certificate of " + names;
  }
}
