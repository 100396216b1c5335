// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A client's connection and the one to the server that belongs to it. An end or a reset of one is
 * handed on to the other.
 *
 * <p>Has four daemon threads while it is open. Safe for use by several threads.
 */
final class ProxiedConnection {

  private static final int CONNECT_MILLIS = 10_000;

  /** What a thread does. */
  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  private final String name;
  private final Socket client;
  private final Socket server = new Socket();
  private final Network network;
  private final CommitWatch commits;
  private final Consumer<ProxiedConnection> onEnd;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger wires = new AtomicInteger(2);
  private boolean ended;

  /**
   * A connection that does nothing yet.
   *
   * @param name of its threads
   * @param onEnd called once, when it has ended
   */
  ProxiedConnection(
      String name,
      Socket client,
      Network network,
      CommitFaults faults,
      Consumer<ProxiedConnection> onEnd) {
    this.name = name;
    this.client = client;
    this.network = network;
    this.commits = new CommitWatch(faults);
    this.onEnd = onEnd;
  }

  /** Connects to the server once the network lets it, and then hands on in both directions. */
  void start(String host, int port) {
    begin("connect", () -> connect(host, port));
  }

  private void connect(String host, int port) throws IOException, InterruptedException {
    network.awaitOpen();
    server.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
    client.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
    begin("request", new Wire(network, client, server, commits::request));
    begin("reply", new Wire(network, server, client, commits::reply));
  }

  private void begin(String role, Wire wire) {
    begin(role + "-take", wire::take);
    begin(
        role + "-deliver",
        () -> {
          if (!wire.deliver()) {
            reset();
          } else if (wires.decrementAndGet() == 0) {
            cut();
          }
        });
  }

  private synchronized void begin(String role, Task task) {
    if (ended) {
      return;
    }
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                reset(); // One side went away without a word, or cannot be reached.
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // The connection has ended.
              }
            },
            name + "-" + role);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  /** Ends both sides orderly, by FIN. What is under way is lost. Does nothing the second time. */
  void cut() {
    end(Socket::shutdownOutput);
  }

  /** Ends both sides by RST. Does nothing the second time. */
  void reset() {
    end(socket -> socket.setSoLinger(true, 0));
  }

  private interface LastWord {
    void to(Socket socket) throws IOException;
  }

  private void end(LastWord lastWord) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      for (Socket socket : List.of(client, server)) {
        try (socket) {
          lastWord.to(socket);
        } catch (IOException e) {
          // It was not connected yet, or is not any more: closed it is.
        }
      }
      threads.forEach(Thread::interrupt);
    }
    commits.end();
    onEnd.accept(this);
  }
}
