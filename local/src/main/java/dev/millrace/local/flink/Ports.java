// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Free ports of loopback. They are chosen below the range from which the system takes the port of
 * every connection: one of that range may be gone before the process it was chosen for listens.
 */
public final class Ports {

  private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int FIRST = 10_000;
  private static final int USUAL_END = 32_768;
  private static final int TRIES = 100;

  /** Of the fourth version, as a cluster listens there whatever this JVM prefers. */
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  private final RandomGenerator random;

  /** Ports, chosen by chance. */
  public Ports(RandomGenerator random) {
    this.random = random;
  }

  /** Whether a server can listen there. */
  static boolean isFree(int port) {
    return listen(port).isPresent();
  }

  /**
   * Any free port but one.
   *
   * @param other the port not to take; 0 for none
   * @throws IOException if there is none
   */
  public int choose(int other) throws IOException {
    int end = end();
    for (int i = 0; i < TRIES; i++) {
      int port = random.nextInt(FIRST, end);
      if (port != other && isFree(port)) {
        return port;
      }
    }
    for (int i = 0; i < TRIES; i++) {
      int port = listen(0).orElse(other);
      if (port != other) {
        return port;
      }
    }
    throw new IOException("Cannot choose a port: none of loopback is free");
  }

  private static int end() {
    try {
      int first = Integer.parseInt(Files.readString(RANGE).strip().split("\\s+", 2)[0]);
      return first > FIRST + TRIES ? first : USUAL_END;
    } catch (IOException | NumberFormatException e) {
      return USUAL_END;
    }
  }

  private static Optional<Integer> listen(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), 1);
      return Optional.of(socket.getLocalPort());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
