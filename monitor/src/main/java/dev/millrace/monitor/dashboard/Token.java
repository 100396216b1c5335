// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;

/**
 * What whoever asks the dashboard has to know. Only its digest is kept, and nothing tells it.
 * Immutable.
 */
public final class Token {

  /** As many hexadecimal digits are 128 random bits, which nobody guesses. */
  public static final int LEAST = 32;

  /** Of characters; more is no safer. */
  public static final int MOST = 1024;

  private static final Pattern FORM = Pattern.compile("[!-~]{%d,%d}".formatted(LEAST, MOST));

  private final byte[] digest;

  private Token(byte[] digest) {
    this.digest = digest;
  }

  /**
   * A token that is fit for it.
   *
   * @param token {@value #LEAST} to {@value #MOST} visible ASCII characters, since it travels in a
   *     header, and nothing but its length stands against guessing
   * @throws DashboardException if it is none; the message does not tell it
   */
  public static Token of(String token) {
    if (!FORM.matcher(token).matches()) {
      throw new DashboardException(
          ("Invalid token of the dashboard: its value is not shown (must be %d to %d visible ASCII"
                  + " characters, so that nobody guesses it, such as `openssl rand -hex 32` makes)")
              .formatted(LEAST, MOST));
    }
    return new Token(digest(token));
  }

  /** Whether it is that; takes as long for any that is not. */
  boolean is(String other) {
    return MessageDigest.isEqual(digest, digest(other));
  }

  private static byte[] digest(String token) {
    return Hashing.sha256().hashString(token, StandardCharsets.UTF_8).asBytes();
  }

  @Override
  public String toString() {
    return "(redacted)";
  }
}
