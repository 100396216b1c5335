// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

import dev.millrace.dialect.SchemaDriftException;
import dev.millrace.ledger.JobActiveException;
import dev.millrace.ledger.RejectLimitException;
import dev.millrace.observe.Memory;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says a failure in one sentence of the form "Cannot do: why" or "Invalid thing: value (must be
 * ...)".
 *
 * <p>Runners wrap what a transform throws. The outermost message of one of the two forms is taken,
 * since it knows what was attempted; without one, the innermost cause is put into words.
 */
public final class Sentence {

  private static final Pattern SECRET =
      Pattern.compile("(?i)(password=)[^&\\s;]*|(://[^/\\s:@]*:)[^@\\s/]*(?=@)");

  private Sentence() {}

  /** What went wrong when {@code action} was attempted. */
  public static String of(String action, Throwable failure) {
    List<Throwable> chain = chain(failure);
    for (Throwable t : chain) {
      if (isOurs(t.getMessage())) {
        return oneLine(String.valueOf(t.getMessage()));
      }
    }
    String why = null;
    for (Throwable t : chain) {
      String known = known(t);
      why = known != null ? known : why;
    }
    if (why == null) {
      Throwable root = chain.get(chain.size() - 1);
      String message = root.getMessage();
      why =
          message == null || message.isBlank()
              ? root.getClass().getSimpleName()
              : root.getClass().getSimpleName() + ": " + message;
    }
    return oneLine("Cannot " + action + ": " + why);
  }

  /** The exit code of a failure: whether the caller has to change something first. */
  public static int exitCode(Throwable failure) {
    List<Throwable> chain = chain(failure);
    if (chain.stream().anyMatch(t -> t instanceof JobActiveException)) {
      return ExitCode.ACTIVE;
    }
    if (chain.stream().anyMatch(t -> t instanceof SchemaDriftException)) {
      return ExitCode.DRIFT;
    }
    if (chain.stream().anyMatch(t -> t instanceof RejectLimitException)) {
      return ExitCode.REJECTS;
    }
    boolean refused =
        failure instanceof UsageException || failure instanceof IllegalArgumentException;
    boolean misconfigured = chain.stream().anyMatch(Sentence::isMisconfigured);
    return refused || misconfigured ? ExitCode.USAGE : ExitCode.FAILED;
  }

  /** The text without the passwords of any URL in it. */
  public static String redact(String text) {
    return SECRET.matcher(text).replaceAll("$1$2***");
  }

  private static boolean isOurs(@Nullable String message) {
    return message != null
        && (message.startsWith("Cannot ") || message.startsWith("Invalid "))
        && message.contains(": ");
  }

  /** Bad credentials, an unknown database, table or column, a permission that is missing. */
  private static boolean isMisconfigured(Throwable t) {
    if (!(t instanceof SQLException sql) || sql.getSQLState() == null) {
      return false;
    }
    String state = sql.getSQLState();
    return state.startsWith("28")
        || state.equals("3D000")
        || state.equals("42P01")
        || state.equals("42703")
        || state.equals("42501");
  }

  private static @Nullable String known(Throwable t) {
    if (t instanceof UnknownHostException) {
      return "the host " + t.getMessage() + " is unknown";
    }
    if (t instanceof ConnectException) {
      return "the server refused the connection; check host and port, and that it runs";
    }
    if (t instanceof SocketTimeoutException) {
      return "the server did not answer in time (" + t.getMessage() + ")";
    }
    if (t instanceof CertificateException
        || t instanceof CertPathBuilderException
        || t instanceof CertPathValidatorException) {
      return "the server's certificate is not trusted (" + t.getMessage() + ")";
    }
    if (t instanceof EOFException) {
      return "the server closed the connection";
    }
    if (t instanceof OutOfMemoryError) {
      return "out of memory (%s): %s; give the JVM more, or use fewer or smaller blocks"
          .formatted(t.getMessage(), Memory.ofThisJvm().report());
    }
    return t instanceof SQLException sql ? told(sql) : null;
  }

  private static String told(SQLException e) {
    String message = String.valueOf(e.getMessage()).replaceFirst("^(FATAL|ERROR): ", "");
    return message.lines().findFirst().orElse("SQL state " + e.getSQLState());
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable t = failure; t != null && seen.add(t); t = t.getCause()) {
      chain.add(t);
    }
    return chain;
  }

  private static String oneLine(String text) {
    return redact(text.strip().replaceAll("\\s*\\R\\s*", "; "));
  }
}
