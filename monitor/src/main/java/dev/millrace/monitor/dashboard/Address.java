// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import java.util.regex.Pattern;

/**
 * Where a dashboard listens.
 *
 * @param host a name or an address of this machine, or {@code 0.0.0.0} or {@code ::} for all that
 *     it has; an IPv6 address has no brackets
 * @param port from 1 to 65535, or 0 for any that is free
 */
public record Address(String host, int port) {

  /** The host, unless another is asked for: no other machine reaches it. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  private static final int MOST = 65_535;
  private static final Pattern NAME = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._-]{0,252}");
  private static final Pattern INTERFACE = Pattern.compile("%[0-9A-Za-z._-]+$");

  /**
   * Checks the form; whether there is such a host shows when it is resolved.
   *
   * @throws DashboardException if the host or the port is none
   */
  public Address {
    if (!isHost(host) || port < 0 || port > MOST) {
      throw invalid(host + ":" + port);
    }
  }

  /** A port that only this machine reaches. */
  public static Address loopback(int port) {
    return new Address(DEFAULT_HOST, port);
  }

  /**
   * Reads {@code PORT}, {@code HOST} or {@code HOST:PORT}; an IPv6 address before a port stands in
   * brackets. What is left out is {@value #DEFAULT_HOST}, or port {@link Dashboard#DEFAULT_PORT}.
   *
   * @throws DashboardException if it is none of these
   */
  public static Address parse(String text) {
    try {
      if (text.matches("\\d{1,5}")) {
        return loopback(Integer.parseInt(text));
      }
      if (text.endsWith(":") && !text.endsWith("::")) {
        throw invalid(text);
      }
      HostAndPort parsed = HostAndPort.fromString(text);
      return new Address(parsed.getHost(), parsed.getPortOrDefault(Dashboard.DEFAULT_PORT));
    } catch (IllegalArgumentException | DashboardException e) {
      throw invalid(text);
    }
  }

  /** Whether it has the form of a name or an address, maybe one with an interface. */
  static boolean isHost(String text) {
    return NAME.matcher(text).matches()
        || InetAddresses.isInetAddress(INTERFACE.matcher(text).replaceFirst(""));
  }

  private static DashboardException invalid(String text) {
    return new DashboardException(
        "Invalid address: %s (must be a port from 0 to %d, HOST or HOST:PORT)"
            .formatted(text, MOST));
  }

  /** As in a URL. */
  @Override
  public String toString() {
    return HostAndPort.fromParts(host, port).toString();
  }
}
