// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds in what PostgreSQL answers, in chunks of any size, how each command ended. Nothing is found
 * in an encrypted connection.
 *
 * <p>Not safe for use by several threads.
 */
final class BackendParser {

  /** How a command ended that failed. */
  static final String ERROR = "ERROR";

  private enum Phase {
    NEGOTIATION,
    MESSAGES,
    OPAQUE
  }

  private final MessageReader messages = new MessageReader("CE", this::message);
  private Phase phase = Phase.NEGOTIATION;
  private List<String> ends = new ArrayList<>();

  /**
   * Reads the next chunk; returns the commands whose ends have their last byte in it: the tag of
   * one that is complete, as in {@code COPY 3} and {@code COMMIT}, or {@link #ERROR}.
   */
  List<String> read(byte[] chunk) {
    int at = 0;
    while (at < chunk.length && phase == Phase.NEGOTIATION) {
      phase =
          switch (chunk[at]) {
            case 'N' -> { // A request for encryption is refused, by this one byte.
              at++;
              yield Phase.NEGOTIATION;
            }
            case 'R', 'E', 'v' -> Phase.MESSAGES;
            default -> Phase.OPAQUE;
          };
    }
    if (phase == Phase.MESSAGES) {
      messages.read(chunk, at);
    }
    if (ends.isEmpty()) {
      return List.of();
    }
    List<String> found = ends;
    ends = new ArrayList<>();
    return found;
  }

  private void message(char type, String head) {
    int end = head.indexOf('\0');
    ends.add(type == 'E' || end < 0 ? ERROR : head.substring(0, end));
  }
}
