// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.LocalPostgres;
import dev.millrace.local.LocalPostgres.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD) // A read is not interrupted.
class FaultProxyTest {

  private static LocalPostgres postgres;
  private FaultProxy proxy;

  @BeforeAll
  static void startServer() throws IOException {
    postgres = LocalPostgres.start(Settings.fast());
  }

  @AfterAll
  static void stopServer() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void startProxy() throws Exception {
    proxy = FaultProxy.before("localhost", postgres.port());
    execute("DROP TABLE IF EXISTS t", "CREATE TABLE t (id int PRIMARY KEY DEFERRABLE, name text)");
  }

  @AfterEach
  void stopProxy() {
    proxy.close();
  }

  private Connection connect(String... parameters) throws SQLException {
    return DriverManager.getConnection(
        proxy.jdbcUrl(postgres.jdbcUrl()) + "&" + String.join("&", parameters));
  }

  private Socket connectBare() throws IOException {
    return connectBare(proxy);
  }

  private static Socket connectBare(FaultProxy proxy) throws IOException {
    Socket socket = new Socket();
    socket.connect(address(proxy));
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static InetSocketAddress address(FaultProxy proxy) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), proxy.port());
  }

  /** Past the proxy. Waits for transactions that a test left open, but not for ever. */
  private static void execute(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.execute("SET lock_timeout = '20s'");
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  private static int ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }

  /** Past the proxy. */
  private static int rows() throws SQLException {
    try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl())) {
      return ask(connection, "SELECT count(*) FROM t");
    }
  }

  private static void insertAndCommit(Connection connection, int id) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO t VALUES (" + id + ")");
    }
    connection.commit();
  }

  /** Does something meanwhile. */
  private static <T> CompletableFuture<T> async(Callable<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        });
  }

  @Test
  void proxy_shouldHandOnAndCount() throws Exception {
    try (Connection first = connect();
        Connection second = connect()) {
      assertThat(ask(first, "SELECT 42")).isEqualTo(42);
      assertThat(ask(second, "SELECT 43")).isEqualTo(43);
      assertThat(proxy.connections()).isEqualTo(2);
      assertThat(proxy.accepted()).isEqualTo(2);
    }
  }

  @Test
  void jdbcUrl_shouldReplaceHostAndPort() {
    String here = "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/";
    assertThat(proxy.jdbcUrl("jdbc:postgresql://db.example:5433/a?user=b&options=//c/d"))
        .isEqualTo(here + "a?user=b&options=//c/d");
    assertThat(proxy.jdbcUrl("jdbc:postgresql://[::1]:5433,h:1/a")).isEqualTo(here + "a");
    assertThat(proxy.jdbcUrl("jdbc:postgresql://h?user=b")).isEqualTo(here + "?user=b");
    assertThat(proxy.jdbcUrl("jdbc:postgresql://h/")).isEqualTo(here);
    assertThat(proxy.jdbcUrl("jdbc:postgresql:a")).isEqualTo(here + "a");
    assertThat(proxy.jdbcUrl("jdbc:postgresql:/")).isEqualTo(here);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> proxy.jdbcUrl("jdbc:mysql://h/a?password=secret"))
        .withMessage("Invalid JDBC URL: jdbc:mysql://h/a (must begin with jdbc:postgresql:)");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void copy_shouldPassUntouched(int delayMillis) throws Exception {
    proxy.delay(Duration.ofMillis(delayMillis));
    StringBuilder lines = new StringBuilder();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 100_000; i++) {
      lines
          .append(i)
          .append('\t')
          .append(Long.toHexString(random.nextLong()).repeat(5))
          .append('\n');
    }
    String sent = lines.toString();
    StringWriter received = new StringWriter(sent.length());
    try (Connection connection = connect()) {
      CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
      copy.copyIn("COPY t FROM STDIN", new StringReader(sent));
      copy.copyOut("COPY (TABLE t ORDER BY id) TO STDOUT", received);
    }
    // Not isEqualTo, which would print megabytes.
    assertThat(received.toString().equals(sent)).isTrue();
  }

  @Test
  void cancel_shouldPass() throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.execute("SELECT pg_sleep(60)"))
          .hasMessageContaining("canceling statement due to user request");
      assertThat(ask(connection, "SELECT 42")).isEqualTo(42);
      assertThat(proxy.accepted()).isEqualTo(2);
    }
  }

  @Test
  void end_shouldBeHandedOn() throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("SELECT pg_terminate_backend(pg_backend_pid())"))
          .hasMessageContaining("terminating connection due to administrator command");
      assertThat(connection.isClosed()).isTrue();
    }
    ProcessHandle server;
    try (Connection connection = connect()) {
      server = ProcessHandle.of(ask(connection, "SELECT pg_backend_pid()")).orElseThrow();
    }
    server.onExit().get(10, TimeUnit.SECONDS);
  }

  @Test
  void delay_shouldHoldUpEachWay() throws Exception {
    try (Connection connection = connect()) {
      proxy.delay(Duration.ofMillis(100));
      long start = System.nanoTime();
      ask(connection, "SELECT 42");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(ms(200));

      proxy.delay(Duration.ofDays(1));
      CompletableFuture<Integer> late = async(() -> ask(connection, "SELECT 43"));
      proxy.delay(Duration.ZERO);
      assertThat(late.get(10, TimeUnit.SECONDS)).isEqualTo(43);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> proxy.delay(ms(-1)))
        .withMessage("Invalid delay: PT-0.001S (must not be negative)");
  }

  private static Duration ms(int millis) {
    return Duration.ofMillis(millis);
  }

  @Test
  void delay_shouldKeepBytesUnderWayInOrder() throws Exception {
    byte[] sent = new byte[8 << 20];
    new Random(7).nextBytes(sent);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        FaultProxy before = FaultProxy.to(server.getLocalPort());
        Socket client = connectBare(before);
        Socket accepted = server.accept()) {
      before.delay(Duration.ofDays(1));
      CompletableFuture<?> writing =
          async(
              () -> {
                client.getOutputStream().write(sent);
                client.shutdownOutput();
                return null;
              });
      accepted.setSoTimeout(500);
      InputStream in = accepted.getInputStream();
      assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);

      before.delay(Duration.ofMillis(1));
      accepted.setSoTimeout(10_000);
      assertThat(in.readAllBytes()).isEqualTo(sent);
      writing.get(10, TimeUnit.SECONDS);
    }
  }

  /** One that ends by itself is counted until it has. */
  private void awaitNoConnections() {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (proxy.connections() > 0) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void cut_shouldEndConnectionsOrderly() throws Exception {
    try (Connection connection = connect();
        Socket bare = connectBare()) {
      connect().close(); // The bare one is now accepted, too.
      proxy.cut();
      assertThat(bare.getInputStream().read()).isEqualTo(-1);
      awaitNoConnections();
      assertThatThrownBy(() -> ask(connection, "SELECT 42")).isInstanceOf(SQLException.class);
      assertThat(connection.isClosed()).isTrue();
    }
    try (Connection connection = connect()) {
      assertThat(ask(connection, "SELECT 42")).isEqualTo(42);
    }
  }

  @Test
  void reset_shouldResetConnections() throws Exception {
    try (Connection connection = connect();
        Socket bare = connectBare()) {
      connect().close(); // The bare one is now accepted, too.
      proxy.reset();
      assertThatThrownBy(() -> bare.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessage("Connection reset");
      awaitNoConnections();
      assertThatThrownBy(() -> ask(connection, "SELECT 42"))
          .isInstanceOf(SQLException.class)
          .hasRootCauseInstanceOf(SocketException.class);
    }
  }

  @Test
  void blackHole_shouldAnswerNothing_untilItEnds() throws Exception {
    try (Connection patient = connect();
        Connection impatient = connect()) {
      impatient.setNetworkTimeout(Runnable::run, 1000);
      proxy.blackHole(true);
      CompletableFuture<Integer> late = async(() -> ask(patient, "SELECT 42"));
      assertThatThrownBy(() -> ask(impatient, "SELECT 42"))
          .hasRootCauseInstanceOf(SocketTimeoutException.class);
      assertThatThrownBy(() -> connect("socketTimeout=1"))
          .hasRootCauseInstanceOf(SocketTimeoutException.class);
      assertThat(late).isNotDone();

      proxy.blackHole(false);
      assertThat(late.get(10, TimeUnit.SECONDS)).isEqualTo(42);
    }
  }

  @Test
  void blackHole_shouldStopReading() throws Exception {
    int bound = 64 << 20; // Above what the system's buffers take.
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        FaultProxy before = FaultProxy.to(server.getLocalPort());
        SocketChannel client = SocketChannel.open(address(before));
        Socket accepted = server.accept();
        Selector writable = Selector.open()) {
      before.blackHole(true);
      client.configureBlocking(false);
      client.register(writable, SelectionKey.OP_WRITE);
      ByteBuffer chunk = ByteBuffer.allocate(64 << 10);
      long sent = 0;
      while (sent < bound && writable.select(500) > 0) {
        writable.selectedKeys().clear();
        sent += client.write(chunk.rewind());
      }
      assertThat(sent).isLessThan(bound);
      accepted.setSoTimeout(10);
      assertThatThrownBy(() -> accepted.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      client.shutdownOutput();
      before.blackHole(false);
      accepted.setSoTimeout(10_000);
      assertThat(accepted.getInputStream().readAllBytes()).hasSize((int) sent);
    }
  }

  @Test
  void blackHole_shouldAnswerNothing() throws Exception {
    try (Connection connection = connect()) {
      connection.setNetworkTimeout(Runnable::run, 1000);
      proxy.blackHole(true);
      assertThatThrownBy(() -> ask(connection, "SELECT 42"))
          .hasRootCauseInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void refuse_shouldCloseNewConnections() throws Exception {
    try (Connection open = connect()) {
      proxy.refuse(true);
      assertThatThrownBy(this::connect).isInstanceOf(SQLException.class);
      assertThat(proxy.accepted()).isEqualTo(1);
      assertThat(ask(open, "SELECT 42")).isEqualTo(42);

      proxy.refuse(false);
      connect().close();
    }
  }

  @Test
  void connection_shouldBeReset_whenTheServerIsNotThere() throws Exception {
    int free;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = closed.getLocalPort();
    }
    try (FaultProxy before = FaultProxy.to(free);
        Socket client = connectBare(before)) {
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "preferQueryMode=simple, 0",
    "preferQueryMode=extended, 0",
    "prepareThreshold=0, 2",
    "prepareThreshold=1, 2",
    "prepareThreshold=5, 12"
  })
  void dropCommitReply_shouldLeaveACommitThatTheClientDoesNotKnowOf(String mode, int before)
      throws Exception {
    try (Connection connection = connect(mode)) {
      connection.setAutoCommit(false);
      for (int id = 0; id < before; id++) {
        insertAndCommit(connection, id);
      }
      CompletableFuture<Void> struck = proxy.dropCommitReply();
      assertThat(ask(connection, "SELECT 42")).isEqualTo(42);
      assertThat(struck).isNotDone();

      assertThatThrownBy(() -> insertAndCommit(connection, before))
          .isInstanceOf(SQLException.class)
          .hasRootCauseInstanceOf(SocketException.class);
      assertThat(struck).isCompleted();
      assertThat(rows()).isEqualTo(before + 1);
    }
    try (Connection connection = connect(mode)) {
      connection.setAutoCommit(false);
      insertAndCommit(connection, before + 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"preferQueryMode=simple, 0", "prepareThreshold=0, 2", "prepareThreshold=5, 12"})
  void dropCommitRequest_shouldLeaveNothing(String mode, int before) throws Exception {
    try (Connection connection = connect(mode)) {
      connection.setAutoCommit(false);
      for (int id = 0; id < before; id++) {
        insertAndCommit(connection, id);
      }
      CompletableFuture<Void> struck = proxy.dropCommitRequest();

      assertThatThrownBy(() -> insertAndCommit(connection, before))
          .isInstanceOf(SQLException.class)
          .hasRootCauseInstanceOf(SocketException.class);
      assertThat(struck).isCompleted();
      assertThat(rows()).isEqualTo(before);
    }
    // Waits for the end of the transaction, and fails if that was a commit.
    execute("INSERT INTO t VALUES (" + before + ")");
  }

  @Test
  void dropCommit_shouldStrikeInOrder_unlessCancelled() throws Exception {
    CompletableFuture<Void> cancelled = proxy.dropCommitRequest();
    CompletableFuture<Void> first = proxy.dropCommitReply();
    CompletableFuture<Void> second = proxy.dropCommitRequest();
    cancelled.cancel(false);
    for (int id = 0; id < 2; id++) {
      try (Connection connection = connect()) {
        connection.setAutoCommit(false);
        int each = id;
        assertThatThrownBy(() -> insertAndCommit(connection, each))
            .isInstanceOf(SQLException.class);
      }
      assertThat(first).isCompleted();
      assertThat(second.isDone()).isEqualTo(id == 1);
    }
    execute("INSERT INTO t VALUES (1)");
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void dropCommitReply_shouldAlsoStrikeACommitThatFails() throws Exception {
    execute("INSERT INTO t VALUES (1)");
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SET CONSTRAINTS ALL DEFERRED");
      CompletableFuture<Void> struck = proxy.dropCommitReply();
      assertThatThrownBy(() -> insertAndCommit(connection, 1))
          .hasRootCauseInstanceOf(SocketException.class);
      assertThat(struck).isCompleted();
    }
    assertThat(rows()).isEqualTo(1);
  }

  @Test
  void dropCommitReply_shouldFail_whenThereIsNoReply() throws Exception {
    byte[] commit = new MessageStream().startup().message('Q', "COMMIT\0").bytes();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        FaultProxy before = FaultProxy.to(server.getLocalPort())) {
      CompletableFuture<Void> struck = before.dropCommitReply();
      try (Socket client = connectBare(before)) {
        try (Socket accepted = server.accept()) {
          client.getOutputStream().write(commit);
          assertThat(accepted.getInputStream().readNBytes(commit.length)).isEqualTo(commit);
        }
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(struck).isNotDone();
      }
      assertThat(struck)
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withMessageContaining("Cannot drop the reply to COMMIT: the connection ended");
    }
  }

  @Test
  void loseCommits_shouldStrikeOnlyAfterCopy() throws Exception {
    proxy.loseCommits(2);
    for (int id = 0; id < 6; id += 2) {
      try (Connection connection = connect()) {
        connection.setAutoCommit(false);
        insertAndCommit(connection, id);
        copyIn(connection, id + 1);
        if (id < 4) {
          assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
        } else {
          connection.commit();
        }
        assertThat(proxy.commitsToLose()).isEqualTo(Math.max(0, 1 - id / 2));
      }
    }
    assertThat(rows()).isEqualTo(6);
  }

  private static void copyIn(Connection connection, int id) throws Exception {
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn("COPY t (id) FROM STDIN", new StringReader(id + "\n"));
  }

  @Test
  void close_shouldEndAllThreadsAndWhatWaits() throws Exception {
    CompletableFuture<Void> waits = proxy.dropCommitReply();
    proxy.delay(Duration.ofDays(1));
    try (Socket delayed = connectBare()) {
      delayed.getOutputStream().write(1);
      proxy.blackHole(true);
      try (Socket silenced = connectBare()) {
        while (proxy.connections() < 2) {
          Thread.onSpinWait(); // What is not accepted yet is reset at the end, not closed.
        }
        List<Thread> threads =
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("fault-proxy-" + proxy.port()))
                .toList();
        assertThat(threads).isNotEmpty().allMatch(Thread::isDaemon);

        proxy.close();
        proxy.close();

        for (Thread thread : threads) {
          thread.join(10_000);
          assertThat(thread.isAlive()).isFalse();
        }
        awaitNoConnections();
        assertThat(waits).isCancelled();
        assertThatThrownBy(this::connectBare).hasMessageContaining("refused");
        assertThat(silenced.getInputStream().read()).isEqualTo(-1);
      }
    }
  }
}
