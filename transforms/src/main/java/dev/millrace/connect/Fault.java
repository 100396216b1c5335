// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import com.google.common.base.Throwables;
import java.io.FileNotFoundException;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.postgresql.util.PSQLException;

/**
 * What a failure of a database means for who could try again, by its SQLState.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL error
 *     codes</a>
 */
public enum Fault {
  /** It may be over in a while: the same again has a chance. */
  TRANSIENT,
  /** A row is at fault: the same without it has a chance. */
  DATA,
  /** The same again fails again. */
  PERMANENT;

  /** {@code too_many_connections} and {@code cannot_connect_now}. */
  private static final Set<String> FULL = Set.of("53300", "57P03");

  static final String CONNECTION_DOES_NOT_EXIST = "08003";

  static final String LOCK_NOT_AVAILABLE = "55P03";

  private static final Set<String> PASSING =
      Set.of(
          "40001", // serialization_failure
          "40003", // statement_completion_unknown
          "40P01", // deadlock_detected
          "53300", // too_many_connections
          LOCK_NOT_AVAILABLE,
          "57P01", // admin_shutdown
          "57P02", // crash_shutdown
          "57P03", // cannot_connect_now
          "57P05", // idle_session_timeout
          "25P03", // idle_in_transaction_session_timeout
          "25P04", // transaction_timeout
          "28P01"); // invalid_password: one that is rotated is read again

  /** Of a value, a constraint, a view's check, a program's limit as the size of an index's row. */
  private static final List<String> DATA_CLASSES = List.of("22", "23", "44", "54");

  /** What a trigger raises by itself. */
  private static final String RAISED = "P0001";

  private static final String CONNECTION_CLASS = "08";

  private static final String UNABLE_TO_CONNECT = "08001";

  /** What the driver says of a server that cannot do what is asked for, as to encrypt. */
  private static final String REJECTED = "08004";

  private static final String CONNECTION_FAILURE = "08006";

  /** What a failure means that is no answer to a commit. */
  public static Fault of(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    if (PASSING.contains(state)) {
      return TRANSIENT;
    }
    if (state.startsWith(CONNECTION_CLASS)) {
      // A time that has passed once would pass again: whoever waits is to know.
      return isTimeout(failure) || isDistrust(failure) ? PERMANENT : TRANSIENT;
    }
    return RAISED.equals(state) || DATA_CLASSES.stream().anyMatch(state::startsWith)
        ? DATA
        : PERMANENT;
  }

  /** Whether nothing was wrong but that time passed, on a socket or before there was one. */
  static boolean isTimeout(SQLException failure) {
    Throwable first = Throwables.getRootCause(failure);
    // Of a server that refuses there is a cause; without one it did not answer in time.
    boolean attempt =
        first instanceof SQLException && UNABLE_TO_CONNECT.equals(failure.getSQLState());
    return attempt || first instanceof SocketTimeoutException;
  }

  /** Whether server and driver did not come to trust each other, with no network at fault. */
  private static boolean isDistrust(SQLException failure) {
    Throwable first = Throwables.getRootCause(failure);
    // Of a host that the certificate does not name there is no cause; of a lost connection there
    // is.
    boolean refused =
        first instanceof PSQLException driver
            && driver.getServerErrorMessage() == null
            && CONNECTION_FAILURE.equals(driver.getSQLState());
    return refused
        || REJECTED.equals(failure.getSQLState())
        || first instanceof GeneralSecurityException
        || first instanceof FileNotFoundException;
  }

  /** Whether a server is there, and has no room for a connection yet. */
  static boolean isFull(SQLException failure) {
    return FULL.contains(String.valueOf(failure.getSQLState()));
  }

  /**
   * Whether a commit that failed so may have happened: the connection was lost, or the server ended
   * its sessions. Whatever else it says is a no.
   */
  public static boolean isInDoubt(SQLException commit) {
    String state = String.valueOf(commit.getSQLState());
    return state.startsWith(CONNECTION_CLASS) || state.startsWith("57P") || state.equals("40003");
  }
}
