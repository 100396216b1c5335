// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PortsTest {

  @Test
  void choose_shouldTakeNeitherAPortInUseNorTheOther() throws Exception {
    int first = new Ports(new SplittableRandom(7)).choose(0);
    try (ServerSocket taken = new ServerSocket(first, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Ports.isFree(first)).isFalse();
      int second = new Ports(new SplittableRandom(7)).choose(0);
      int third = new Ports(new SplittableRandom(7)).choose(second);

      assertThat(taken.getLocalPort()).isNotEqualTo(second).isNotEqualTo(third);
      assertThat(third).isNotEqualTo(second);
      assertThat(Ports.isFree(third)).isTrue();
    }
  }
}
