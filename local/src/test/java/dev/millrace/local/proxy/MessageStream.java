// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A stream of PostgreSQL messages for the tests of the parsers. */
final class MessageStream {

  private final ByteArrayOutputStream stream = new ByteArrayOutputStream();

  /** Bytes as they are, a character each. */
  MessageStream raw(String bytes) {
    stream.writeBytes(bytes.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  MessageStream number(int number) {
    stream.writeBytes(ByteBuffer.allocate(4).putInt(number).array());
    return this;
  }

  /** A packet without a type. */
  MessageStream packet(int code, String body) {
    return number(8 + body.length()).number(code).raw(body);
  }

  MessageStream startup() {
    return packet(3 << 16, "user\0postgres\0\0");
  }

  MessageStream message(char type, String body) {
    return raw(String.valueOf(type)).number(4 + body.length()).raw(body);
  }

  /** A statement that is prepared, bound and executed, as a driver sends it. */
  MessageStream extended(String name, String text) {
    return message('P', name + "\0" + text + "\0\0\0").bindAndExecute(name);
  }

  MessageStream bindAndExecute(String name) {
    return message('B', "\0" + name + "\0\0\0\0\0\0\0").message('E', "\0\0\0\0\0").message('S', "");
  }

  byte[] bytes() {
    return stream.toByteArray();
  }

  /** All ways to cut a stream into three chunks, empty ones too, and the one into single bytes. */
  static List<List<byte[]>> splits(byte[] stream) {
    List<List<byte[]>> splits = new ArrayList<>();
    for (int first = 0; first <= stream.length; first++) {
      for (int second = first; second <= stream.length; second++) {
        splits.add(
            List.of(
                Arrays.copyOf(stream, first),
                Arrays.copyOfRange(stream, first, second),
                Arrays.copyOfRange(stream, second, stream.length)));
      }
    }
    List<byte[]> single = new ArrayList<>();
    for (byte each : stream) {
      single.add(new byte[] {each});
    }
    splits.add(single);
    return splits;
  }
}
