// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The names by which a dashboard may be asked: a page of the web that has its own name point here
 * is not answered. Immutable.
 */
final class HostNames {

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private final Set<String> hosts;
  private final Set<String> origins;
  private final String url;

  private HostNames(List<HostAndPort> names, String scheme, int unsaid) {
    // Browsers leave out the port that a scheme has anyway.
    hosts =
        names.stream()
            .map(each -> each.getPort() == unsaid ? HostAndPort.fromHost(each.getHost()) : each)
            .map(each -> each.toString().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    origins = hosts.stream().map((scheme + "://")::concat).collect(Collectors.toUnmodifiableSet());
    url = "%s://%s/".formatted(scheme, hosts.iterator().next());
  }

  /**
   * Those of a dashboard.
   *
   * @param bound what it listens at
   * @param port at which it listens
   */
  static HostNames of(Access access, InetAddress bound, int port) {
    ServerCertificate certificate = access.certificate();
    List<String> all = new ArrayList<>();
    if (bound.isLoopbackAddress()) {
      all.addAll(List.of(access.address().host(), Address.DEFAULT_HOST, "localhost", "::1"));
      all.addAll(access.names());
    } else if (!access.names().isEmpty()) {
      all.addAll(access.names());
    } else {
      if (certificate != null) {
        all.addAll(certificate.names());
      }
      if (!bound.isAnyLocalAddress()) {
        all.add(access.address().host());
        all.add(InetAddresses.toUriString(bound));
      }
    }
    List<HostAndPort> names =
        all.stream().map(each -> HostAndPort.fromString(each).withDefaultPort(port)).toList();
    return certificate == null
        ? new HostNames(names, "http", HTTP)
        : new HostNames(names, "https", HTTPS);
  }

  /** Whether a request that names this host is meant. */
  boolean has(String host) {
    return hosts.contains(host.toLowerCase(Locale.ROOT));
  }

  /** Whether the page that asks is this one. */
  boolean hasOrigin(String origin) {
    return origins.contains(origin);
  }

  /** By the first name, for a browser. */
  String url() {
    return url;
  }
}
