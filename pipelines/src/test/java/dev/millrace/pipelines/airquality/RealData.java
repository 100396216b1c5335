// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.pipelines.airquality.generate.GeneratedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the UCI files: in the folder that the system property or the environment variable {@value
 * #VARIABLE} names, else in {@code ../shared/data/air-quality} beside the repository. Where there
 * are none, generated ones of the same size take their place.
 */
final class RealData {
  private static final String VARIABLE = "MILLRACE_AIR_QUALITY_DATA";
  private static final Logger LOG = Logger.getLogger(RealData.class.getName());

  private RealData() {}

  /** The folder of the real files. */
  static Optional<Path> folder() {
    String named = System.getProperty(VARIABLE, System.getenv(VARIABLE));
    if (named != null) {
      return Optional.of(Path.of(named));
    }
    return Optional.ofNullable(besideRepository()).filter(Files::isDirectory);
  }

  /** The folder of the real files, or {@code fallback} with generated ones. */
  static Path orGenerated(Path fallback) {
    Optional<Path> real = folder();
    if (real.isPresent()) {
      LOG.info("Tested with the real files in " + real.get());
      return real.get();
    }
    LOG.warning("Tested with generated data: " + VARIABLE + " names no folder of the real files");
    GeneratedData.ofSeed(2013).writeTo(fallback);
    return fallback;
  }

  private static @Nullable Path besideRepository() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("mvnw"))) {
        return at.resolveSibling("shared/data/air-quality");
      }
    }
    return null;
  }
}
