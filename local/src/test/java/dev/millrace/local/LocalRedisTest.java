// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.LocalRedis.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LocalRedisTest {

  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  /** The first line of the answer to a command without blanks in its words. */
  private static String ask(LocalRedis redis, String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getByAddress(LOOPBACK), redis.port())) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }

  @Test
  void start_shouldServe_withTheParametersGiven() throws Exception {
    try (LocalRedis redis = LocalRedis.start(Settings.DEFAULT.with("maxmemory", "1mb"))) {
      assertThat(ask(redis, "SET a 1")).isEqualTo("+OK");
      assertThat(ask(redis, "SETRANGE b 1000000 x")).startsWith(":");
      assertThat(ask(redis, "SET c 1")).startsWith("-OOM");
    }
  }

  @Test
  void kill_shouldLoseWhatItHeld_andRestartServeAtTheSamePort() throws Exception {
    try (LocalRedis redis = LocalRedis.start(Settings.DEFAULT)) {
      ask(redis, "SET a 1");
      int port = redis.port();

      redis.kill();
      assertThatThrownBy(() -> ask(redis, "PING")).isInstanceOf(ConnectException.class);
      redis.restart();

      assertThat(redis.port()).isEqualTo(port);
      assertThat(ask(redis, "EXISTS a")).isEqualTo(":0");
    }
  }

  @Test
  void stop_shouldSilenceIt_untilItResumes() throws Exception {
    try (LocalRedis redis = LocalRedis.start(Settings.DEFAULT)) {
      redis.stop();
      assertThatThrownBy(() -> ask(redis, "PING")).isInstanceOf(SocketTimeoutException.class);

      redis.resume();
      assertThat(ask(redis, "PING")).isEqualTo("+PONG");
    }
  }

  @Test
  void close_shouldEndItAlsoWhenStopped() throws Exception {
    LocalRedis redis = LocalRedis.start(Settings.DEFAULT);
    redis.stop();

    redis.close();

    assertThatThrownBy(() -> ask(redis, "PING")).isInstanceOf(ConnectException.class);
    redis.close();
  }

  @Test
  void start_shouldSayWhatTheServerSaid_whenItDoesNotRun() {
    assertThatThrownBy(() -> LocalRedis.start(Settings.DEFAULT.with("maxmemory", "much")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot start a local Redis: ");
  }
}
