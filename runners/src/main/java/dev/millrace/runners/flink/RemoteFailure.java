// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.dialect.SchemaDriftException;
import dev.millrace.ledger.RejectLimitException;
import dev.millrace.runners.console.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts a stack trace that a cluster tells as text into one sentence. */
final class RemoteFailure {

  private static final Pattern CAUSE =
      Pattern.compile("^(?:Caused by: )?((?:[\\w$]+\\.)+[\\w$]+)(?:: (.*))?$");
  private static final Pattern WRAPPED = Pattern.compile("^(?:[\\w$]+\\.)+[\\w$]+: ");
  private static final Pattern OURS = Pattern.compile("^(?:Cannot|Invalid) .*: .*");

  private RemoteFailure() {}

  /** The failure as one of this process, so that it has its exit code. */
  static Exception of(String action, String trace) {
    String sentence = sentence(action, trace);
    if (trace.contains(SchemaDriftException.class.getName())) {
      return new SchemaDriftException(sentence);
    }
    return trace.contains(RejectLimitException.class.getName())
        ? new RejectLimitException(sentence)
        : new IllegalStateException(sentence);
  }

  /**
   * The outermost message of the form that {@link Sentence} asks for; without one, the innermost
   * cause.
   */
  static String sentence(String action, String trace) {
    List<String> causes = causes(trace);
    for (String cause : causes) {
      String message = cause;
      // A message may begin with the class of what it wraps.
      for (Matcher m = WRAPPED.matcher(message); m.find(); m = WRAPPED.matcher(message)) {
        message = message.substring(m.end());
      }
      if (OURS.matcher(message).matches()) {
        return message;
      }
    }
    return "Cannot finish %s: %s".formatted(action, cause(trace));
  }

  /** The innermost cause, with the name of its class but not of its package. */
  static String cause(String trace) {
    List<String> causes = causes(trace);
    String root =
        causes.isEmpty()
            ? trace.lines().findFirst().orElse("no cause is known")
            : causes.get(causes.size() - 1);
    return root.replaceFirst("^(?:[\\w$]+\\.)+", "");
  }

  /** The chain of causes, each as {@code class: message} on one line. */
  private static List<String> causes(String trace) {
    List<String> causes = new ArrayList<>();
    boolean open = false;
    for (String line : trace.lines().toList()) {
      Matcher cause = CAUSE.matcher(line);
      if (line.startsWith("\t") || line.isBlank()) {
        open = false;
      } else if (cause.matches()) {
        causes.add(
            cause.group(2) == null ? cause.group(1) : cause.group(1) + ": " + cause.group(2));
        open = true;
      } else if (open) {
        int last = causes.size() - 1;
        causes.set(last, causes.get(last) + "; " + line.strip());
      }
    }
    return causes;
  }
}
