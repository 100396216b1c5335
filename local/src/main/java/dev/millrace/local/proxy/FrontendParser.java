// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds COMMIT in what a client sends to PostgreSQL, in protocol 3 and chunks of any size.
 *
 * <p>A COMMIT is a simple query of this one statement, or an Execute of a portal that was bound to
 * such a statement, which may have been prepared long before. COMMIT and END count in any case,
 * with WORK, TRANSACTION, AND CHAIN and a semicolon; a COMMIT among other statements of one text,
 * one with a comment, and COMMIT PREPARED do not. Nothing is found in an encrypted connection, nor
 * in one that cancels a statement.
 *
 * <p>Keeps the names of statements and portals that commit, and less than a kilobyte else. Not safe
 * for use by several threads.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-message-formats.html">Message
 *     Formats</a>
 */
final class FrontendParser {

  private static final int STARTUP_HEAD = 8;
  private static final int STARTUP_LIMIT = 10_000;
  private static final int SSL_REQUEST = 80877103;
  private static final int GSS_REQUEST = 80877104;
  private static final int PROTOCOL = 3;

  private static final Pattern COMMIT =
      Pattern.compile(
          "\\s*(COMMIT|END)(\\s+(WORK|TRANSACTION))?(\\s+AND\\s+(NO\\s+)?CHAIN)?\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE);

  private enum Phase {
    STARTUP,
    MESSAGES,
    OPAQUE
  }

  private final MessageReader messages = new MessageReader("QPBEC", this::message);
  private final Set<String> statements = new HashSet<>();
  private final Set<String> portals = new HashSet<>();
  private final byte[] startup = new byte[STARTUP_HEAD];
  private Phase phase = Phase.STARTUP;
  private int startupLength;
  private int startupLeft;
  private int commits;

  /** Reads the next chunk; returns how many COMMITs have their last byte in it. */
  int read(byte[] chunk) {
    commits = 0;
    int at = 0;
    while (at < chunk.length && phase == Phase.STARTUP) {
      at = startup(chunk, at);
    }
    if (phase == Phase.MESSAGES) {
      messages.read(chunk, at);
    }
    return commits;
  }

  /** Reads a part of a startup packet, which has no type; returns where it stopped. */
  private int startup(byte[] chunk, int from) {
    if (startupLength < STARTUP_HEAD) {
      startup[startupLength++] = chunk[from];
      if (startupLength == STARTUP_HEAD) {
        ByteBuffer head = ByteBuffer.wrap(startup);
        begin(head.getInt(), head.getInt());
      }
      return from + 1;
    }
    int length = Math.min(startupLeft, chunk.length - from);
    startupLeft -= length;
    if (startupLeft == 0) {
      phase = Phase.MESSAGES;
    }
    return from + length;
  }

  private void begin(int length, int code) {
    if (length == STARTUP_HEAD && (code == SSL_REQUEST || code == GSS_REQUEST)) {
      // If the server refuses, another packet follows; if not, a handshake, which is none.
      startupLength = 0;
    } else if (length > STARTUP_HEAD && length <= STARTUP_LIMIT && code >>> 16 == PROTOCOL) {
      startupLeft = length - STARTUP_HEAD;
    } else {
      phase = Phase.OPAQUE;
    }
  }

  private void message(char type, String head) {
    switch (type) {
      case 'Q' -> {
        statements.remove("");
        portals.remove("");
        commits += strings(head, 1).stream().anyMatch(FrontendParser::isCommit) ? 1 : 0;
      }
      case 'P' -> {
        List<String> nameAndText = strings(head, 2);
        if (!nameAndText.isEmpty()) {
          boolean commit = nameAndText.size() == 2 && isCommit(nameAndText.get(1));
          mark(statements, nameAndText.get(0), commit);
        }
      }
      case 'B' -> {
        List<String> portalAndStatement = strings(head, 2);
        if (portalAndStatement.size() == 2) {
          mark(portals, portalAndStatement.get(0), statements.contains(portalAndStatement.get(1)));
        }
      }
      case 'E' -> {
        if (strings(head, 1).stream().anyMatch(portals::contains)) {
          commits++;
          portals.clear(); // They end with their transaction.
        }
      }
      case 'C' -> {
        for (String kindAndName : strings(head, 1)) {
          close(kindAndName);
        }
      }
      default -> throw new IllegalArgumentException("Invalid type: " + type);
    }
  }

  private void close(String kindAndName) {
    if (!kindAndName.isEmpty()) {
      Set<String> names = kindAndName.charAt(0) == 'S' ? statements : portals;
      names.remove(kindAndName.substring(1));
    }
  }

  private static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  private static void mark(Set<String> names, String name, boolean commit) {
    if (commit) {
      names.add(name);
    } else {
      names.remove(name);
    }
  }

  /** The first strings that end in a zero; fewer if the head ends before. */
  private static List<String> strings(String head, int count) {
    List<String> strings = new ArrayList<>(count);
    int from = 0;
    int end = head.indexOf('\0');
    while (end >= 0 && strings.size() < count) {
      strings.add(head.substring(from, end));
      from = end + 1;
      end = head.indexOf('\0', from);
    }
    return strings;
  }
}
