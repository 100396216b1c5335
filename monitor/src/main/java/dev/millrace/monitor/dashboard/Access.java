// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import com.google.common.net.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who reaches a dashboard, and what he has to know. An address that other machines reach needs a
 * token and a certificate; a loopback address needs neither, and has what is given.
 *
 * @param address where it listens
 * @param token that every request has to show; null for none
 * @param certificate with its key, for TLS; null for plain HTTP
 * @param names by which it is reached, each {@code HOST} or {@code HOST:PORT}, where the port is
 *     not the one that it listens at; if empty, the address and the names of the certificate
 */
public record Access(
    Address address,
    @Nullable Token token,
    @Nullable ServerCertificate certificate,
    List<String> names) {

  /**
   * Checks that nobody else reaches what is not protected.
   *
   * @throws DashboardException if the address is unknown, lacks what it needs, or has no name by
   *     which it is reached; or if a name is none
   */
  public Access {
    names = List.copyOf(names);
    names.forEach(Access::checkName);
    InetAddress resolved = resolve(address, token, certificate);
    if (resolved.isAnyLocalAddress()
        && names.isEmpty()
        && certificate != null
        && certificate.names().isEmpty()) {
      throw new DashboardException(
          "Cannot serve the dashboard at %s: its certificate has no subjectAltName without a"
                  .formatted(address.host())
              + " wildcard, so the name by which it is reached has to be said"
              + " (--dashboard-host-name=NAME)");
    }
  }

  /** At a port of this machine that no other reaches, in the clear and for all of its users. */
  public static Access loopback(int port) {
    return new Access(Address.loopback(port), null, null, List.of());
  }

  /** What to listen at; checked again, since a name may have got another address. */
  InetAddress resolved() {
    return resolve(address, token, certificate);
  }

  private static InetAddress resolve(
      Address address, @Nullable Token token, @Nullable ServerCertificate certificate) {
    InetAddress resolved;
    try {
      resolved = InetAddress.getByName(address.host());
    } catch (UnknownHostException e) {
      throw new DashboardException(
          "Cannot serve the dashboard at %s: there is no such host".formatted(address.host()), e);
    }
    if (!resolved.isLoopbackAddress()) {
      List<String> missing =
          Stream.of(
                  token == null
                      ? "a token (in MILLRACE_DASHBOARD_TOKEN, or in the file that"
                          + " MILLRACE_DASHBOARD_TOKEN_FILE names)"
                      : "",
                  certificate == null
                      ? "a certificate (--dashboard-certificate=FILE, PKCS#12 with its key, or PEM"
                          + " with --dashboard-key=FILE)"
                      : "")
              .filter(each -> !each.isEmpty())
              .toList();
      if (!missing.isEmpty()) {
        throw new DashboardException(
            "Cannot serve the dashboard at %s, which other machines reach: it lacks %s"
                .formatted(address.host(), String.join(" and ", missing)));
      }
    }
    return resolved;
  }

  private static void checkName(String name) {
    try {
      if (!name.endsWith(":") && Address.isHost(HostAndPort.fromString(name).getHost())) {
        return;
      }
    } catch (IllegalArgumentException e) {
      // The same sentence.
    }
    throw new DashboardException(
        "Invalid name of the dashboard's host: %s (must be HOST or HOST:PORT, without a wildcard)"
            .formatted(name));
  }
}
