// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the operator of a JVM may say there, whatever the pipeline says. {@code metrics.port} is the
 * system property {@code millrace.metrics.port}, for workers whose environment is another's, and
 * else the variable {@code MILLRACE_METRICS_PORT} of the environment. Immutable.
 *
 * @param name lower-case letters, digits, {@code .} and {@code -}, beginning with a letter
 */
public record OperatorSetting(String name) {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9.-]*");

  /**
   * A setting of this name.
   *
   * @throws IllegalArgumentException when the name has another form
   */
  public OperatorSetting {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Invalid name of a setting: %s (must be as metrics.port)".formatted(name));
    }
  }

  /** Its system property. */
  public String property() {
    return "millrace." + name;
  }

  /** Its variable in the environment. */
  public String variable() {
    return "MILLRACE_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /**
   * What is said now, without blanks around it; empty if nothing is. A blank property hides the
   * variable.
   */
  public Optional<String> value() {
    return value(System::getenv);
  }

  Optional<String> value(Function<String, @Nullable String> environment) {
    return Optional.ofNullable(System.getProperty(property()))
        .or(() -> Optional.ofNullable(environment.apply(variable())))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }
}
