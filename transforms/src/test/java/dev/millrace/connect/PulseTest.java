// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.proxy.FaultProxy;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

class PulseTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static ConnectionSpec impatient(String url) {
    Duration patience = Duration.ofSeconds(3);
    return ConnectionSpec.of(url)
        .withTimeouts(Timeouts.DEFAULT.withConnect(patience).withStall(patience));
  }

  @Test
  void statement_shouldTakeLongerThanTheStallTimeout_whileTheServerHasIt() throws Exception {
    ConnectionSpec spec = impatient(POSTGRES.jdbcUrl());
    try (Connection connection = spec.connect("test");
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("SELECT pg_sleep(7)"))
          .isInstanceOf(SQLException.class);
    }
    try (Connection connection = spec.connect("test");
        Pulse pulse = Pulse.over(spec, connection);
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_sleep(7)");
      assertThat(pulse.lost()).isFalse();
    }
  }

  @Test
  @Timeout(60)
  void statement_shouldFail_whenNobodyAnswersAnyMore() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(POSTGRES.server().port())) {
      ConnectionSpec spec = impatient(proxy.jdbcUrl(POSTGRES.jdbcUrl()));
      try (Connection connection = spec.connect("test");
          Pulse pulse = Pulse.over(spec, connection);
          Statement statement = connection.createStatement()) {
        proxy.blackHole(true);
        assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
        assertThat(pulse.lost()).isTrue();
      }
    }
  }
}
