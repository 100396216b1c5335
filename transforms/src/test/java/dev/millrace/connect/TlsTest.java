// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whether a connection is encrypted, by each {@code sslmode}: to a server whose certificate is of
 * {@code localhost}, and to one that has none.
 */
class TlsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @SuppressWarnings("NullAway.Init") // Before the first test.
  @TempDir
  static Path folder;

  @SuppressWarnings("NullAway.Init")
  private static LocalPostgres secure;

  @SuppressWarnings("NullAway.Init")
  private static LocalPostgres plain;

  @BeforeAll
  static void start() throws Exception {
    plain = LocalPostgres.start(LocalPostgres.Settings.fast());
    secure = LocalPostgres.start(LocalPostgres.Settings.fast());
    SelfSigned own = SelfSigned.of("localhost", folder);
    SelfSigned.of("elsewhere", folder);
    Files.copy(own.certificate(), secure.dataDirectory().resolve("server.crt"));
    Files.move(own.key(), secure.dataDirectory().resolve("server.key"));
    String url = secure.jdbcUrl() + "&sslmode=";
    try (Connection connection = DriverManager.getConnection(url + "disable");
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET ssl = on");
      statement.execute("SELECT pg_reload_conf()");
    }
    Instant deadline = Instant.now().plus(PATIENCE);
    for (boolean ready = false; !ready; ) {
      try {
        DriverManager.getConnection(url + "require").close();
        ready = true;
      } catch (SQLException notYet) {
        assertThat(Instant.now()).as(notYet.getMessage()).isBefore(deadline);
      }
    }
  }

  @AfterAll
  static void end() throws Exception {
    secure.close();
    plain.close();
  }

  /** A specification; {@code (host)} in its properties is the file of a host's certificate. */
  private static ConnectionSpec spec(LocalPostgres server, String host, String properties) {
    String more = properties.replaceAll("\\((\\w+)\\)", folder + "/$1.crt");
    String url = server.jdbcUrl().replace("localhost", host);
    return ConnectionSpec.of(url + (more.isEmpty() ? "" : "&" + more));
  }

  private static boolean isEncrypted(ConnectionSpec spec) throws SQLException {
    try (Connection connection = spec.connect("test");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "localhost, '',                                            true",
        "localhost, sslmode=disable,                               false",
        "localhost, sslmode=allow,                                 false",
        "localhost, sslmode=prefer,                                true",
        "localhost, sslmode=require,                               true",
        "localhost, sslmode=require&sslrootcert=(elsewhere),       true",
        "localhost, ssl=true&sslrootcert=(localhost),              true",
        "localhost, sslmode=verify-ca&sslrootcert=(localhost),     true",
        "127.0.0.1, sslmode=verify-ca&sslrootcert=(localhost),     true",
        "localhost, sslmode=verify-full&sslrootcert=(localhost),   true",
      })
  void connect_shouldEncryptAsAsked(String host, String properties, boolean encrypted)
      throws SQLException {
    assertThat(isEncrypted(spec(secure, host, properties))).isEqualTo(encrypted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost | sslmode=verify-ca&sslrootcert=(elsewhere)   | SSL error: PKIX path .* failed.*",
        "localhost | sslmode=verify-full&sslrootcert=(elsewhere) | SSL error: PKIX path .* failed.*",
        "127.0.0.1 | sslmode=verify-full&sslrootcert=(localhost) | The hostname 127\\.0\\.0\\.1 could not be verified.*",
        "localhost | sslmode=verify-full&sslrootcert=(nowhere)   | Could not open SSL root certificate file.*",
      })
  void connect_shouldRefuseWhoIsNotVouchedFor(String host, String properties, String why) {
    assertThatThrownBy(() -> spec(secure, host, properties).connect("test"))
        .isInstanceOfSatisfying(
            SQLException.class, refused -> assertThat(Fault.of(refused)).isEqualTo(Fault.PERMANENT))
        .hasMessageMatching(why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sslmode=disable", "sslmode=allow", "sslmode=prefer"})
  void connect_shouldDoWithout_whereTheServerOffersNone(String properties) throws SQLException {
    assertThat(isEncrypted(spec(plain, "localhost", properties))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sslmode=require",
        "sslmode=verify-ca&sslrootcert=(localhost)",
        "sslmode=verify-full&sslrootcert=(localhost)"
      })
  void connect_shouldNotDoWithout_whereItIsRequired(String properties) {
    assertThatThrownBy(() -> spec(plain, "localhost", properties).connect("test"))
        .isInstanceOfSatisfying(
            SQLException.class, refused -> assertThat(Fault.of(refused)).isEqualTo(Fault.PERMANENT))
        .hasMessage("The server does not support SSL.");
  }

  @Test
  void connect_shouldEncryptInModeAllow_whereTheServerWantsIt() throws Exception {
    Path rules = secure.dataDirectory().resolve("pg_hba.conf");
    String before = Files.readString(rules);
    Files.writeString(rules, "hostnossl all all all reject\n" + before);
    reload();
    try {
      assertThat(isEncrypted(spec(secure, "localhost", "sslmode=allow"))).isTrue();
      assertThatThrownBy(() -> spec(secure, "localhost", "sslmode=disable").connect("test"))
          .hasMessageContaining("no encryption");
    } finally {
      Files.writeString(rules, before);
      reload();
    }
  }

  private static void reload() throws SQLException {
    try (Connection connection = spec(secure, "localhost", "").connect("test");
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_reload_conf()");
    }
    // What is asked for after a reload is seen by a session that begins after it.
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!isReloaded()) {
      assertThat(Instant.now()).isBefore(deadline);
    }
  }

  private static boolean isReloaded() throws SQLException {
    try (Connection connection = spec(secure, "localhost", "sslmode=require").connect("test");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_conf_load_time() >= (pg_stat_file('pg_hba.conf')).modification")) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
