// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.runners.console.UsageException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the build packages beside these classes. */
public final class Packaged {

  private Packaged() {}

  /** The one jar that a Flink cluster needs to run our pipelines. */
  public static Path jobJar() {
    Path jar = target().resolve("millrace-job.jar");
    if (!Files.isRegularFile(jar)) {
      throw new UsageException(
          "Cannot submit a job: %s is not there; build it with: ./mvnw -q -B package -DskipTests"
              .formatted(jar));
    }
    return jar;
  }

  /** The folder with Flink's own jars. */
  public static Path flinkJars() {
    return target().resolve("../../flink/target/lib").normalize();
  }

  /** Both the jar of these classes and their folder lie in it. */
  private static Path target() {
    URL location = Packaged.class.getProtectionDomain().getCodeSource().getLocation();
    Path target = Path.of(URI.create(location.toString())).getParent();
    if (target == null) {
      throw new IllegalStateException(
          "Cannot find the packaged build: nothing is above " + location);
    }
    return target;
  }
}
