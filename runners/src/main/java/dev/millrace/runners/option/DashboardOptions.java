// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import dev.millrace.connect.Secret;
import dev.millrace.monitor.dashboard.Access;
import dev.millrace.monitor.dashboard.Address;
import dev.millrace.monitor.dashboard.DashboardException;
import dev.millrace.monitor.dashboard.ServerCertificate;
import dev.millrace.monitor.dashboard.Token;
import dev.millrace.runners.console.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Who may reach a dashboard: what a run and {@code millrace dashboard} say alike. */
public final class DashboardOptions {

  private static final String TOKEN = "MILLRACE_DASHBOARD_TOKEN";
  private static final String KEY_PASSWORD = "MILLRACE_DASHBOARD_KEY_PASSWORD";

  @Option(
      names = "--dashboard-certificate",
      paramLabel = "FILE",
      description = {
        "Serve the dashboard by TLS, with the key and certificate of this PKCS#12 file, whose",
        "password is in MILLRACE_DASHBOARD_KEY_PASSWORD, or in the file that it names with _FILE;",
        "or with this PEM file and --dashboard-key. Needed, with a token in",
        "MILLRACE_DASHBOARD_TOKEN or its _FILE, where other machines reach it."
      })
  String certificate = "";

  @Option(
      names = "--dashboard-key",
      paramLabel = "FILE",
      description = "The key of a certificate in PEM: PKCS#8, without a password.")
  String key = "";

  @Option(
      names = "--dashboard-host-name",
      paramLabel = "NAME",
      split = ",",
      description = {
        "The names by which the dashboard is reached, HOST or HOST:PORT; default: those of the",
        "certificate."
      })
  List<String> names = List.of();

  /**
   * The access that these say.
   *
   * @throws UsageException if something is missing, or cannot be used
   */
  public Access access(Address address, Map<String, String> environment) {
    if (!key.isEmpty() && certificate.isEmpty()) {
      throw new UsageException(
          "Invalid --dashboard-key: %s (must be left out without --dashboard-certificate)"
              .formatted(key));
    }
    try {
      String token = reveal(TOKEN, environment);
      return new Access(
          address, token == null ? null : Token.of(token), certificate(environment), names);
    } catch (DashboardException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private @Nullable ServerCertificate certificate(Map<String, String> environment) {
    if (certificate.isEmpty()) {
      return null;
    }
    return key.isEmpty()
        ? ServerCertificate.read(Path.of(certificate), reveal(KEY_PASSWORD, environment))
        : ServerCertificate.read(Path.of(certificate), Path.of(key));
  }

  private static @Nullable String reveal(String variable, Map<String, String> environment) {
    Secret secret = Credentials.password(variable, environment);
    try {
      return secret == null ? null : secret.reveal();
    } catch (IllegalStateException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** {@code PORT}, {@code HOST} or {@code HOST:PORT}. */
  public static final class AddressConverter implements ITypeConverter<Address> {
    @Override
    public Address convert(String value) {
      try {
        return Address.parse(value);
      } catch (DashboardException e) {
        throw new TypeConversionException("must be a port from 0 to 65535, HOST or HOST:PORT");
      }
    }
  }
}
