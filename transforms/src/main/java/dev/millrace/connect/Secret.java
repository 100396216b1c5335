// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A password, or where to find it. It is revealed on the machine that connects and nowhere else;
 * its {@code toString} never tells it.
 */
public sealed interface Secret extends Serializable {

  /**
   * The secret itself.
   *
   * @throws IllegalStateException when it is not where it should be
   */
  String reveal();

  /** A value that travels with the pipeline: for local use. */
  static Secret inline(String value) {
    return new Inline(value);
  }

  /** The value of an environment variable of each worker. */
  static Secret fromEnvironment(String variable) {
    return new Environment(variable);
  }

  /** The first line of a file on each worker. */
  static Secret fromFile(String path) {
    return new File(path);
  }

  /** See {@link Secret#inline}. */
  record Inline(String value) implements Secret {
    @Override
    public String reveal() {
      return value;
    }

    @Override
    public String toString() {
      return "(redacted)";
    }
  }

  /** See {@link Secret#fromEnvironment}. */
  record Environment(String variable) implements Secret {
    @Override
    public String reveal() {
      String value = System.getenv(variable);
      if (value == null) {
        throw new IllegalStateException(
            "Cannot find a password: the environment variable " + variable + " is not set here");
      }
      return value;
    }
  }

  /** See {@link Secret#fromFile}. */
  record File(String path) implements Secret {
    @Override
    public String reveal() {
      try (var lines = Files.lines(Path.of(path))) {
        return lines
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("Cannot find a password: " + path + " is empty"));
      } catch (IOException | UncheckedIOException unreadable) {
        throw new IllegalStateException(
            "Cannot find a password: the file " + path + " cannot be read", unreadable);
      }
    }
  }
}
