// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import dev.millrace.local.proxy.CommitWatch.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * One direction of a proxied connection. One thread takes bytes from a socket, another delivers
 * them to the other socket, in order; between the two there are at most {@value #CAPACITY} bytes,
 * so that a delay makes bytes late without making them few.
 */
final class Wire {

  private static final int CAPACITY = 4 << 20;
  private static final int CHUNK = 64 << 10;

  /** What a chunk costs beside its bytes, so that many small ones are bounded too. */
  private static final int OVERHEAD = 64;

  /** Bytes under way. One without bytes is the end of the connection. */
  private static final class Chunk {
    final byte[] bytes;
    final long takenAt = System.nanoTime();

    Chunk(byte[] bytes) {
      this.bytes = bytes;
    }

    int cost() {
      return bytes.length + OVERHEAD;
    }
  }

  private final Network network;
  private final Socket from;
  private final Socket to;
  private final Function<byte[], Verdict> filter;
  private final Semaphore room = new Semaphore(CAPACITY);
  private final LinkedBlockingQueue<Chunk> underWay = new LinkedBlockingQueue<>();

  /**
   * A wire between two connected sockets.
   *
   * @param filter asked about each chunk just before it is delivered
   */
  Wire(Network network, Socket from, Socket to, Function<byte[], Verdict> filter) {
    this.network = network;
    this.from = from;
    this.to = to;
    this.filter = filter;
  }

  /** Takes bytes until there are no more. */
  void take() throws IOException, InterruptedException {
    InputStream in = from.getInputStream();
    byte[] buffer = new byte[CHUNK];
    int length;
    do {
      network.awaitOpen();
      length = in.read(buffer);
      Chunk chunk = new Chunk(Arrays.copyOf(buffer, Math.max(length, 0)));
      room.acquire(chunk.cost());
      underWay.put(chunk);
    } while (length >= 0);
  }

  /** Delivers bytes and then their end; returns false, before that, if the filter says to reset. */
  boolean deliver() throws IOException, InterruptedException {
    OutputStream out = to.getOutputStream();
    for (; ; ) {
      Chunk chunk = underWay.take();
      network.awaitArrival(chunk.takenAt);
      if (chunk.bytes.length == 0) {
        to.shutdownOutput();
        return true;
      }
      Verdict verdict = filter.apply(chunk.bytes);
      if (verdict == Verdict.RESET) {
        return false;
      }
      if (verdict == Verdict.PASS) {
        out.write(chunk.bytes);
      }
      room.release(chunk.cost());
    }
  }
}
