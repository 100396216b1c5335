// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that decides what a stage makes: its name, what it reads, its code and its parameters. Two
 * runs of equal keys make the same, so that the second need not. Immutable; with-ers return a new
 * key, and their order does not matter.
 *
 * @param stage its name
 * @param parts what decides, by a name for it
 */
public record ContentKey(String stage, Map<String, String> parts) implements Serializable {

  static final String INPUT = "input ";

  public ContentKey {
    parts = Map.copyOf(parts);
  }

  public static ContentKey of(String stage) {
    return new ContentKey(stage, Map.of());
  }

  /**
   * Something the stage reads.
   *
   * @param name of the table or file
   * @param fingerprint another when what it holds is another, as a checksum is
   */
  public ContentKey input(String name, String fingerprint) {
    return with(INPUT + name, fingerprint);
  }

  /** The classes that do the work: all that came with them, from one jar or folder, decides. */
  public ContentKey code(Class<?>... classes) {
    return with("code", CodeVersion.of(classes));
  }

  public ContentKey parameter(String name, String value) {
    return with("parameter " + name, value);
  }

  private ContentKey with(String name, String value) {
    if (parts.containsKey(name)) {
      throw new IllegalArgumentException(
          "Invalid key of %s: a second %s (must be named once)".formatted(stage, name));
    }
    Map<String, String> more = new TreeMap<>(parts);
    more.put(name, value);
    return new ContentKey(stage, more);
  }

  /** The key as 64 hexadecimal digits, SHA-256 of all that decides. */
  public String hash() {
    Hasher hasher = Hashing.sha256().newHasher();
    put(hasher, stage);
    new TreeMap<>(parts)
        .forEach(
            (name, value) -> {
              put(hasher, name);
              put(hasher, value);
            });
    return hasher.hash().toString();
  }

  /** With its length, which tells ("a", "bc") from ("ab", "c"). */
  private static void put(Hasher hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }

  @Override
  public String toString() {
    return stage + " " + hash().substring(0, 12);
  }
}
