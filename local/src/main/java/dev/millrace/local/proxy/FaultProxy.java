// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import dev.millrace.local.proxy.CommitFaults.Loss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A TCP proxy on loopback in front of a PostgreSQL server, which makes the faults of a network: it
 * delays, swallows, cuts, resets and refuses, and loses a COMMIT or the reply to it. Without a
 * fault it hands on every byte as it is.
 *
 * <p>Faults are switched on and off at any time and hold for connections that are open as well as
 * for new ones. Each direction of a connection holds at most 4 MiB, beside what the system's own
 * buffers hold; a sender who is faster than the receiver waits. Connecting to the server takes at
 * most 10 s; if that fails, the client's connection is reset.
 *
 * <p>Safe for use by several threads.
 */
public final class FaultProxy implements AutoCloseable {

  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final String LOOPBACK_HOST = "127.0.0.1";
  private static final int BACKLOG = 50;

  /** Group 1 is the database and the parameters. */
  private static final Pattern JDBC_URL =
      Pattern.compile("jdbc:postgresql:(?://[^/?]*/?|/)?([^/].*)?");

  private final ServerSocket listener;
  private final String host;
  private final int serverPort;
  private final Network network = new Network();
  private final CommitFaults commitFaults = new CommitFaults();
  private final Set<ProxiedConnection> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong accepted = new AtomicLong();
  private volatile List<CompletableFuture<Void>> lostCommits = List.of();
  private volatile boolean refusing;
  private volatile boolean closed;

  private FaultProxy(ServerSocket listener, String host, int serverPort) {
    this.listener = listener;
    this.host = host;
    this.serverPort = serverPort;
  }

  /**
   * Listens at a free port of loopback. The server need not run yet: each connection looks for it
   * anew.
   *
   * @param host of the server
   * @param port of the server
   * @throws IOException if there is no free port
   */
  public static FaultProxy before(String host, int port) throws IOException {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "Invalid port: " + port + " (must be between 1 and 65535)");
    }
    ServerSocket listener = new ServerSocket();
    try {
      listener.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0), BACKLOG);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
    FaultProxy proxy = new FaultProxy(listener, host, port);
    Thread thread = new Thread(proxy::accept, proxy.threadName() + "-accept");
    thread.setDaemon(true);
    thread.start();
    return proxy;
  }

  /** As {@link #before}, with a server of this machine. */
  public static FaultProxy to(int serverPort) throws IOException {
    return before("localhost", serverPort);
  }

  /** Where it listens, at 127.0.0.1. */
  public int port() {
    return listener.getLocalPort();
  }

  /**
   * The address of a PostgreSQL database, with this proxy in the place of its host and port, or
   * hosts and ports.
   */
  public String jdbcUrl(String jdbcUrl) {
    Matcher matcher = JDBC_URL.matcher(jdbcUrl);
    if (!matcher.matches()) {
      // The parameters may hold a password.
      throw new IllegalArgumentException(
          "Invalid JDBC URL: %s (must begin with jdbc:postgresql:)"
              .formatted(jdbcUrl.split("\\?", 2)[0]));
    }
    String rest = matcher.group(1);
    return "jdbc:postgresql://%s:%d/%s".formatted(LOOPBACK_HOST, port(), rest == null ? "" : rest);
  }

  /**
   * Delivers bytes, and the end of a connection, so much later than they came: a round trip takes
   * twice the delay. Up to 4 MiB are under way each way, which bounds the throughput. Also holds
   * for bytes under way; connecting itself is not delayed.
   *
   * @param delay each way; zero ends the fault
   */
  public void delay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("Invalid delay: " + delay + " (must not be negative)");
    }
    network.delay(delay);
  }

  /**
   * Closes all connections orderly (FIN). What is under way is lost. A client that has sent what
   * was not taken yet, or sends more, learns from its system that the connection is reset.
   */
  public void cut() {
    open.forEach(ProxiedConnection::cut);
  }

  /** Resets all connections (RST). What is under way is lost. */
  public void reset() {
    open.forEach(ProxiedConnection::reset);
  }

  /**
   * Takes no more bytes and delivers none, as a network that is gone. Connections stay open, and
   * new ones come about, but the server does not hear of them. At the end of the fault all goes on
   * where it stood.
   */
  public void blackHole(boolean on) {
    network.blackHole(on);
  }

  /** Closes new connections at once. Those that are open stay. */
  public void refuse(boolean on) {
    refusing = on;
  }

  /**
   * Keeps the next COMMIT of any client from the server and resets its connection: the transaction
   * has not happened.
   *
   * <p>A COMMIT is a statement that the client sends by itself, simple or prepared, as {@code
   * Connection.commit()} does; not the end of a statement under autocommit, and not one among
   * others in one text. In an encrypted connection no COMMIT is seen. Faults that wait for a COMMIT
   * strike one each, in the order in which they were asked for.
   *
   * @return completes when the fault strikes, before the client can know; cancelling it before
   *     switches the fault off. {@link #close} cancels what still waits
   */
  public CompletableFuture<Void> dropCommitRequest() {
    return commitFaults.add(Loss.REQUEST, false);
  }

  /**
   * Hands the next COMMIT of any client on to the server, keeps the reply from the client, and
   * resets its connection once the server has replied: the transaction has happened (unless it
   * could not, in which case the reply was an error or ROLLBACK), and the client does not know.
   *
   * <p>What a COMMIT is, {@link #dropCommitRequest} says. A client must have the reply to one
   * COMMIT before it sends the next, as JDBC's have.
   *
   * @return completes when the server has replied, before the client can know, or exceptionally if
   *     the connection ends before; cancelling it before the COMMIT switches the fault off. {@link
   *     #close} cancels what still waits
   */
  public CompletableFuture<Void> dropCommitReply() {
    return commitFaults.add(Loss.REPLY, false);
  }

  /**
   * As {@link #dropCommitReply}, for the next commits of transactions with a {@code COPY}. Replaces
   * what was to be lost before.
   *
   * @param times how many
   */
  public synchronized void loseCommits(int times) {
    lostCommits.forEach(each -> each.cancel(false));
    lostCommits = Stream.generate(() -> commitFaults.add(Loss.REPLY, true)).limit(times).toList();
  }

  /** How many replies {@link #loseCommits} has still to lose. */
  public int commitsToLose() {
    return (int) lostCommits.stream().filter(each -> !each.isDone()).count();
  }

  /** The connections open now, those included that wait for the server. */
  public int connections() {
    return open.size();
  }

  /** The connections ever taken, those that were refused not included. */
  public long accepted() {
    return accepted.get();
  }

  private String threadName() {
    return "fault-proxy-" + port();
  }

  private void accept() {
    try {
      while (!closed) {
        Socket client = listener.accept();
        if (refusing) {
          client.close();
        } else {
          begin(client);
        }
      }
    } catch (IOException e) {
      close(); // If it is not closed yet, the system has no more sockets to give.
    }
  }

  private void begin(Socket client) {
    String name = threadName() + "-" + accepted.incrementAndGet();
    ProxiedConnection connection =
        new ProxiedConnection(name, client, network, commitFaults, open::remove);
    open.add(connection);
    connection.start(host, serverPort);
    if (closed) {
      connection.cut();
    }
  }

  /** Stops listening, cuts all connections and ends all threads. Closing twice does nothing. */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close " + threadName(), e);
    }
    cut();
    commitFaults.cancel();
  }
}
