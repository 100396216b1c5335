// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.history;

import dev.millrace.monitor.Nearest;
import dev.millrace.monitor.report.Prices;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.ProjectFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads prices: {@code currency}, {@code cpu_hour}, {@code gb_hour} and {@code database_hour}. */
final class PriceFile {

  private static final String CURRENCY = "currency";

  private static final String CPU = "cpu_hour";

  private static final String MEMORY = "gb_hour";

  private static final String DATABASE = "database_hour";

  private static final List<String> KEYS = List.of(CURRENCY, CPU, MEMORY, DATABASE);

  private PriceFile() {}

  /**
   * The prices of a file.
   *
   * @throws UsageException if it cannot be read, lacks one of them, or holds anything else
   */
  static Prices read(Path file) {
    Map<String, ProjectFile.Entry> values = ProjectFile.read(file);
    for (String key : values.keySet()) {
      if (!KEYS.contains(key)) {
        throw new UsageException(
            "Invalid key of %s: %s (must be one of %s%s)"
                .formatted(file, key, String.join(", ", KEYS), Nearest.hint(key, KEYS)));
      }
    }
    try {
      return new Prices(
          text(file, values, CURRENCY),
          price(file, values, CPU),
          price(file, values, MEMORY),
          price(file, values, DATABASE));
    } catch (IllegalArgumentException e) {
      throw new UsageException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String text(Path file, Map<String, ProjectFile.Entry> values, String key) {
    ProjectFile.Entry entry = values.get(key);
    if (entry == null) {
      throw new UsageException(
          "Cannot read %s: it has no %s; a price may be 0, but has to be there"
              .formatted(file, key));
    }
    return entry.value();
  }

  private static double price(Path file, Map<String, ProjectFile.Entry> values, String key) {
    String value = text(file, values, key);
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new UsageException(
          "Invalid %s of %s: %s (must be a number, 0 or more)".formatted(key, file, value), e);
    }
  }
}
