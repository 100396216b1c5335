// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A result that is kept. Immutable.
 *
 * @param stage that made it
 * @param hash of its {@link ContentKey}
 * @param parts of the key: all that decided what was made
 * @param tags by which it can be invalidated
 * @param rows in it
 * @param bytes of its files
 * @param seconds from when its run was planned until it was whole: about what it saves
 * @param made when it was whole: milliseconds since 1970, by the clock of the machine that made it
 * @param files in the folder of its key
 */
public record Kept(
    String stage,
    String hash,
    Map<String, String> parts,
    List<String> tags,
    long rows,
    long bytes,
    double seconds,
    long made,
    List<KeptFile> files) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A file of blocks.
   *
   * @param name in the folder of the key
   * @param length in bytes
   */
  public record KeptFile(String name, long length, long blocks, long rows) {}

  public Kept {
    parts = Map.copyOf(parts);
    tags = List.copyOf(tags);
    files = List.copyOf(files);
  }

  /** Whether it was made with an input: a table or file. */
  public boolean reads(String input) {
    return parts.containsKey(ContentKey.INPUT + input);
  }

  byte[] toBytes() {
    try {
      return JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("Cannot describe the result of " + stage, impossible);
    }
  }

  /**
   * What {@link #toBytes} wrote.
   *
   * @throws JsonProcessingException when it is something else
   */
  static Kept of(byte[] bytes) throws JsonProcessingException {
    return JSON.readValue(new String(bytes, StandardCharsets.UTF_8), Kept.class);
  }
}
