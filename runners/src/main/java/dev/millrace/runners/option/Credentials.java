// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Secret;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.console.UsageException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The database behind a URL, as the user that the environment names.
 *
 * <p>For the role {@code source}: {@code MILLRACE_SOURCE_USER}, and {@code
 * MILLRACE_SOURCE_PASSWORD} or the first line of the file {@code MILLRACE_SOURCE_PASSWORD_FILE}.
 * What the environment says wins over what stands in the URL.
 */
public final class Credentials {

  private Credentials() {}

  /**
   * The database of a role.
   *
   * @throws UsageException if the URL is not one, or two passwords are given
   */
  public static ConnectionSpec of(String role, String url, Map<String, String> environment) {
    ConnectionSpec spec;
    try {
      spec = ConnectionSpec.of(url);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          url.startsWith("jdbc:postgresql:")
              ? "Cannot use --%s: %s".formatted(role, e.getMessage())
              : "Invalid --%s: %s (must be a URL such as jdbc:postgresql://host:5432/database)"
                  .formatted(role, url),
          e);
    }
    String prefix = "MILLRACE_" + role.toUpperCase(Locale.ROOT);
    String user = environment.get(prefix + "_USER");
    if (user != null) {
      spec = spec.withUser(user);
    }
    Secret password = password(prefix + "_PASSWORD", environment);
    return password == null ? spec : spec.withPassword(password);
  }

  /**
   * Connects once and lets go, so that what is wrong with a database is said of that database.
   *
   * @throws IllegalStateException if it does not answer or refuses
   */
  public static void check(String role, ConnectionSpec spec) {
    try {
      spec.connect("check").close();
    } catch (SQLException e) {
      throw new IllegalStateException(Sentence.of("connect to the " + role + " " + spec, e), e);
    }
  }

  /**
   * What a variable holds, or the file that {@code ..._FILE} names.
   *
   * @throws UsageException if both are set
   */
  public static @Nullable Secret password(String variable, Map<String, String> environment) {
    String password = environment.get(variable);
    String file = environment.get(variable + "_FILE");
    if (password != null && file != null) {
      throw new UsageException(
          "Cannot choose a password: both %s and %s_FILE are set".formatted(variable, variable));
    }
    if (file != null) {
      return Secret.fromFile(file);
    }
    return password == null ? null : Secret.inline(password);
  }
}
