// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a pipeline runs.
 *
 * @param kind which runner, and whether within this process
 * @param host of a cluster; empty within this process
 * @param port of a cluster's REST; 0 within this process
 */
public record Target(Kind kind, String host, int port) {

  /** The ways to run. */
  public enum Kind {
    /** Beam's direct runner. */
    DIRECT,
    /** Flink within this process, or in the context that Flink's own command line made. */
    FLINK,
    /** A Flink cluster elsewhere. */
    CLUSTER
  }

  public static final Target DIRECT = new Target(Kind.DIRECT, "", 0);
  static final Target FLINK = new Target(Kind.FLINK, "", 0);

  private static final Pattern URL = Pattern.compile("flink://([^\\s/:@]+|\\[[^]]+]):(\\d{1,5})/?");
  private static final int LAST_PORT = 65_535;

  public static Target parse(String value) {
    if (value.equals("direct")) {
      return DIRECT;
    }
    if (value.equals("flink")) {
      return FLINK;
    }
    Matcher url = URL.matcher(value);
    if (url.matches()) {
      int port = Integer.parseInt(url.group(2));
      if (port >= 1 && port <= LAST_PORT) {
        return new Target(Kind.CLUSTER, url.group(1), port);
      }
    }
    throw new IllegalArgumentException("must be direct, flink or flink://HOST:PORT");
  }

  public boolean isCluster() {
    return kind == Kind.CLUSTER;
  }

  /** The cluster's address, {@code HOST:PORT}. */
  public String address() {
    return host + ":" + port;
  }

  @Override
  public String toString() {
    return switch (kind) {
      case DIRECT -> "direct";
      case FLINK -> "flink";
      case CLUSTER -> "flink://" + address();
    };
  }

  static final class Converter implements ITypeConverter<Target> {
    @Override
    public Target convert(String value) {
      try {
        return parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
