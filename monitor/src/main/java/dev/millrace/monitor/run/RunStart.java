// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a run began.
 *
 * @param id sorts by time
 * @param command as in {@code sync}
 * @param pipeline what it works on, the same for all runs that are to be compared, as in {@code
 *     sync orders into copy}
 * @param runner as in {@code direct}
 * @param configuration what may change how it runs, by name; never a secret
 * @param code the version of the program
 * @param machine what it runs on
 * @param pid of its process
 * @param started by the clock of the machine
 */
public record RunStart(
    String id,
    String command,
    String pipeline,
    String runner,
    SortedMap<String, String> configuration,
    String code,
    Machine machine,
    long pid,
    Instant started) {

  public RunStart {
    configuration = Collections.unmodifiableSortedMap(new TreeMap<>(configuration));
  }

  /** Twelve hexadecimal digits that are the same for equal configurations. */
  @JsonIgnore
  public String configurationHash() {
    Hasher hasher = Hashing.sha256().newHasher();
    configuration.forEach(
        (name, value) -> {
          for (String text : new String[] {name, value}) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            hasher.putInt(bytes.length).putBytes(bytes);
          }
        });
    return hasher.hash().toString().substring(0, 12);
  }
}
