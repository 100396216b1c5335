// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Finds the messages in one direction of a PostgreSQL connection whose startup is over: a letter, a
 * length of four bytes that counts itself, and a body. It takes the bytes in chunks of any size and
 * keeps at most the first {@value #HEAD} bytes of a body.
 *
 * <p>Not safe for use by several threads.
 */
final class MessageReader {

  /** How much of a body is kept, in bytes: enough for a short statement and two names. */
  static final int HEAD = 256;

  private static final int HEADER = 5;
  private static final int LENGTH_ITSELF = 4;

  /** Takes a message once its last byte was read. */
  interface Handler {

    /**
     * Takes a message.
     *
     * @param head the first {@value #HEAD} bytes of the body, a character each
     */
    void message(char type, String head);
  }

  private final String types;
  private final Handler handler;
  private final byte[] header = new byte[HEADER];
  private final byte[] head = new byte[HEAD];
  private int headerLength;
  private int headLength;
  private int bodyLeft;
  private boolean wanted;
  private boolean lost;

  /**
   * A reader at the beginning of a message.
   *
   * @param types the letters of the messages that are handed on
   */
  MessageReader(String types, Handler handler) {
    this.types = types;
    this.handler = handler;
  }

  /**
   * Reads all bytes of a chunk from this one on. Does nothing after a length that cannot be: what
   * follows are no messages.
   */
  void read(byte[] chunk, int from) {
    int at = from;
    while (at < chunk.length && !lost) {
      if (headerLength < HEADER) {
        header[headerLength++] = chunk[at++];
        if (headerLength == HEADER) {
          begin();
        }
      } else {
        int length = Math.min(bodyLeft, chunk.length - at);
        keep(chunk, at, length);
        at += length;
        bodyLeft -= length;
      }
      if (headerLength == HEADER && bodyLeft == 0) {
        end();
      }
    }
  }

  private void begin() {
    bodyLeft = ByteBuffer.wrap(header).getInt(1) - LENGTH_ITSELF;
    lost = bodyLeft < 0;
    wanted = types.indexOf(header[0]) >= 0;
    headLength = 0;
  }

  private void keep(byte[] chunk, int from, int length) {
    if (wanted) {
      int kept = Math.min(length, HEAD - headLength);
      System.arraycopy(chunk, from, head, headLength, kept);
      headLength += kept;
    }
  }

  private void end() {
    headerLength = 0;
    if (wanted) {
      handler.message(
          (char) header[0], new String(head, 0, headLength, StandardCharsets.ISO_8859_1));
    }
  }
}
