// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is kept of a followed job that was submitted to a cluster, so that it can be gone on with
 * when the cluster no longer knows it. It holds no secret.
 *
 * @param id of the job
 * @param name of the job on the cluster
 * @param copy what the ledger calls it
 * @param target the database that has the ledger
 * @param address of the cluster, {@code HOST:PORT}
 * @param words the command and its options, without passwords and without where it ran and whether
 *     it was followed
 * @param environment variables that it went by, of those that are no options, without passwords
 * @param passwords whose passwords it had: {@code source}, {@code target}
 * @param window of the ledger that it followed
 * @param columns that it copied
 * @param checkpoints the folder of its checkpoints, as a URI; empty if they have none
 * @param savepoint the one it was stopped with, or else that it began from; empty for none
 * @param savepointMillis since 1970, when that was taken, or when it began from it
 * @param submittedMillis since 1970
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Submission(
    String id,
    String name,
    String copy,
    String target,
    String address,
    List<String> words,
    Map<String, String> environment,
    List<String> passwords,
    String window,
    String columns,
    String checkpoints,
    String savepoint,
    long savepointMillis,
    long submittedMillis) {

  private static final int SHORT = 8;

  public Submission {
    words = words.stream().map(Submission::withoutPassword).toList();
    environment = Map.copyOf(environment);
    passwords = List.copyOf(passwords);
  }

  /** The same, stopped with a savepoint. */
  Submission stopped(String newSavepoint, long millis) {
    return new Submission(
        id,
        name,
        copy,
        target,
        address,
        words,
        environment,
        passwords,
        window,
        columns,
        checkpoints,
        newSavepoint,
        millis,
        submittedMillis);
  }

  /** Whether another is of the same copy, and so takes its place. */
  boolean isSame(Submission other) {
    return copy.equals(other.copy) && target.equals(other.target);
  }

  /** Whether a word means it: an id, the beginning of one, the job's name or the copy's. */
  boolean isMeantBy(String word) {
    return id.startsWith(word) || name.equals(word) || copy.equals(word);
  }

  /** For a sentence that names it among others. */
  String describe() {
    return brief(id) + " (" + copy + ")";
  }

  /** As much of a job's id as tells it from others, to be typed. */
  public static String brief(String id) {
    return id.substring(0, Math.min(SHORT, id.length()));
  }

  /** A word without the password of the URL that it may hold, however that is written. */
  static String withoutPassword(String word) {
    if (!word.contains("jdbc:")) {
      return word;
    }
    String open = word.replaceFirst("//[^/?@]*@", "//");
    int query = open.indexOf('?');
    if (query < 0) {
      return open;
    }
    List<String> kept = new ArrayList<>();
    for (String pair : open.substring(query + 1).split("&", -1)) {
      String key = URLDecoder.decode(pair.replaceFirst("=.*", ""), StandardCharsets.UTF_8);
      if (!key.equalsIgnoreCase("password")) {
        kept.add(pair);
      }
    }
    return open.substring(0, query) + (kept.isEmpty() ? "" : "?" + String.join("&", kept));
  }
}
