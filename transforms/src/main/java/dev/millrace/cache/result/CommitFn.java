// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import dev.millrace.cache.result.Kept.KeptFile;
import dev.millrace.observe.Events;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/** Makes a result known when all of its files are written. */
final class CommitFn extends DoFn<KV<String, Iterable<String>>, Void> {

  private static final Clock CLOCK = Clock.systemUTC();
  private static final double MILLIS = 1e3;

  private final ResultStore store;
  private final ContentKey key;
  private final List<String> tags;
  private final long planned;

  /**
   * A step.
   *
   * @param planned when the run was: milliseconds since 1970
   */
  CommitFn(ResultStore store, ContentKey key, List<String> tags, long planned) {
    this.store = store;
    this.key = key;
    this.tags = tags;
    this.planned = planned;
  }

  @ProcessElement
  public void process(@Element KV<String, Iterable<String>> messages) {
    try {
      commit(messages.getValue());
    } catch (IOException failure) {
      Events.add("result", "The result of " + key + " is not kept: " + failure.getMessage());
    }
  }

  private void commit(Iterable<String> messages) throws IOException {
    List<KeptFile> files = new ArrayList<>();
    for (String message : messages) {
      if (message.startsWith(KeepFn.FAILED)) {
        throw new IOException(message.substring(KeepFn.FAILED.length()));
      }
      if (!message.equals(KeepFn.NOTHING)) {
        files.add(KeepFn.file(message));
      }
    }
    long now = CLOCK.millis();
    store.keep(
        new Kept(
            key.stage(),
            key.hash(),
            key.parts(),
            tags,
            files.stream().mapToLong(KeptFile::rows).sum(),
            files.stream().mapToLong(KeptFile::length).sum(),
            // Two machines may have made them.
            Math.max(0, now - planned) / MILLIS,
            now,
            files));
  }
}
