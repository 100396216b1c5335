// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What servers call our sessions. */
final class ApplicationName {

  /** What PostgreSQL keeps of it, in bytes. */
  private static final int LENGTH = 63;

  /** This process, as in {@code db-worker-3:4711}. */
  static final String WORKER = host() + ":" + ProcessHandle.current().pid();

  private ApplicationName() {}

  /** A name of these words. */
  static String of(String... words) {
    String name = "millrace " + String.join(" ", words).replaceAll("[^ -~]", "?");
    return name.length() <= LENGTH ? name : name.substring(0, LENGTH);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceFirst("\\..*", "");
    } catch (UnknownHostException nameless) {
      return "localhost";
    }
  }
}
