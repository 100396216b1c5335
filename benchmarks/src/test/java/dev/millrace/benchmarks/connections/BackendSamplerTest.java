// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.connections.BackendSampler.Seen;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BackendSamplerTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @SuppressWarnings("NullAway.Init")
  private BackendSampler sampler;

  @BeforeEach
  void connect() throws SQLException {
    POSTGRES.execute("DROP ROLE IF EXISTS sampled", "CREATE ROLE sampled LOGIN");
    sampler =
        BackendSampler.connect(
            ConnectionSpec.of(POSTGRES.server().jdbcUrl()),
            "sampled",
            POSTGRES.value("SELECT current_database()", String.class));
  }

  @AfterEach
  void close() throws SQLException {
    sampler.close();
    POSTGRES.execute("DROP ROLE sampled");
  }

  /** Has so many connections open for a while. */
  private static void connect(int many) throws IOException, InterruptedException {
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl()).withUser("sampled");
    List<Connection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < many; i++) {
        connections.add(spec.connect("test"));
      }
      TimeUnit.MILLISECONDS.sleep(500);
      for (Connection each : connections) {
        each.close();
      }
    } catch (SQLException failure) {
      throw new IOException(failure);
    }
  }

  @Test
  void during_shouldCountConnections() throws Exception {
    Seen<String> seen =
        sampler.during(
            PATIENCE,
            () -> {
              connect(3);
              TimeUnit.MILLISECONDS.sleep(500);
              connect(2);
              return "done";
            });

    assertThat(seen).isEqualTo(new Seen<>("done", 5, 3));
  }

  @Test
  void during_shouldInterruptWhatIsFrozen() throws Exception {
    Seen<String> seen =
        sampler.during(
            Duration.ofMillis(300),
            () -> {
              TimeUnit.MINUTES.sleep(2);
              return "done";
            });

    assertThat(seen).isEqualTo(new Seen<String>(null, 0, 0));
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void during_shouldPassOnAFailure() {
    assertThatThrownBy(
            () ->
                sampler.during(
                    PATIENCE,
                    () -> {
                      throw new IOException("no");
                    }))
        .hasMessage("no");
  }
}
