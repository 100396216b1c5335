// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy on loopback in front of a PostgreSQL server of this machine, which loses answers on
 * request, or falls silent. Safe for use by several threads.
 */
public final class FaultProxy implements AutoCloseable {

  private static final String COPIED = "COPY ";
  private static final String COMMITTED = "COMMIT\0";

  private final ServerSocket listener;
  private final int serverPort;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger answersToLose = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean silent;

  private FaultProxy(ServerSocket listener, int serverPort) {
    this.listener = listener;
    this.serverPort = serverPort;
  }

  /**
   * Listens at a free port.
   *
   * @param serverPort on loopback
   */
  public static FaultProxy to(int serverPort) throws IOException {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    FaultProxy proxy = new FaultProxy(listener, serverPort);
    daemon("fault-proxy", proxy::accept);
    return proxy;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /**
   * Cuts the next connections at which the server says that a transaction with a {@code COPY} is
   * committed, before the client hears of it.
   *
   * @param times how many
   */
  public void loseCommits(int times) {
    answersToLose.set(times);
  }

  /** How many answers are still to be lost. */
  public int commitsToLose() {
    return answersToLose.get();
  }

  /** Passes nothing on from now on, and cuts nothing either: as a network that is gone. */
  public void fallSilent() {
    silent = true;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        open.add(client);
        open.add(server);
        daemon("fault-proxy-request", () -> forward(client, server, false));
        daemon("fault-proxy-answer", () -> forward(server, client, true));
      } catch (IOException dropped) {
        // Either the proxy ends, or the server does not take connections: the client's is dropped.
      }
    }
  }

  private void forward(Socket from, Socket to, boolean answers) {
    byte[] buffer = new byte[64 * 1024];
    boolean copied = false;
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        if (answers && answersToLose.get() > 0) {
          String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
          copied |= text.contains(COPIED);
          if (copied && text.contains(COMMITTED) && answersToLose.getAndDecrement() > 0) {
            return;
          }
        }
        if (silent) {
          closed.await();
        }
        out.write(buffer, 0, length);
      }
    } catch (IOException gone) {
      // One side went away; the other follows.
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Stops listening and cuts all connections. */
  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    for (Socket each : open) {
      each.close();
    }
  }
}
