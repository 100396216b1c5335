// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Which code it is, by its bytes: of the jar that a class came from, or of all files of the folder.
 * It changes too often rather than too seldom: a change anywhere in the jar is another version.
 */
final class CodeVersion {

  private static final Map<Path, String> KNOWN = new ConcurrentHashMap<>();

  private CodeVersion() {}

  /**
   * The version of what some classes came with.
   *
   * @throws IllegalArgumentException when it cannot be told where a class came from
   */
  static String of(Class<?>... classes) {
    TreeSet<String> versions = new TreeSet<>();
    for (Class<?> each : classes) {
      versions.add(KNOWN.computeIfAbsent(place(each), CodeVersion::hash));
    }
    return String.join(" ", versions);
  }

  private static Path place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      throw new IllegalArgumentException(
          "Invalid class: " + type.getName() + " (must come from a jar or folder)");
    }
    try {
      return Path.of(source.getLocation().toURI());
    } catch (URISyntaxException | RuntimeException elsewhere) {
      throw new IllegalArgumentException(
          "Invalid class: %s of %s (must come from a jar or folder)"
              .formatted(type.getName(), source.getLocation()),
          elsewhere);
    }
  }

  private static String hash(Path place) {
    Hasher hasher = Hashing.sha256().newHasher();
    try (Stream<Path> found = Files.walk(place)) {
      List<Path> files = found.filter(Files::isRegularFile).sorted().toList();
      for (Path file : files) {
        hasher
            .putString(place.relativize(file).toString(), StandardCharsets.UTF_8)
            .putByte((byte) 0);
        hasher.putBytes(MoreFiles.asByteSource(file).hash(Hashing.sha256()).asBytes());
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("Cannot tell the version of " + place, failure);
    }
    return hasher.hash().toString();
  }
}
