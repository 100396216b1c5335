// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.CursorJob;
import dev.millrace.ledger.WindowRecord;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.pipelines.incremental.IncrementalOptions;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.run.Run;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A followed table as a job of a cluster: what is kept of it to go on, and what of that serves. */
public final class FollowedJob {

  private final Run run;
  private final List<String> words;
  private final IncrementalOptions options;
  private final CursorJob ledger;
  private final Submissions submissions;
  private String id = "";

  /**
   * A job that is about to be submitted.
   *
   * @param words the command
   * @param ledger in which its window was begun
   */
  public FollowedJob(Run run, List<String> words, IncrementalOptions options, CursorJob ledger) {
    this.run = run;
    this.words = List.copyOf(words);
    this.options = options;
    this.ledger = ledger;
    this.submissions = Submissions.of(run.console().environment());
  }

  /**
   * A savepoint if it serves the window that is followed now; else it says why not, and returns
   * nothing, since the ledger knows where to go on without it.
   */
  public String usable(String savepoint) throws IOException {
    if (savepoint.isEmpty()) {
      return savepoint;
    }
    for (Submission last : submissions.all()) {
      if (isSame(last) && !last.window().equals(window())) {
        run.tell(
            "The savepoint is of window %s of %s, which is at window %s; it goes on from the ledger instead"
                .formatted(last.window(), options.job(), window()));
        return "";
      }
      if (isSame(last) && !last.columns().equals(columns())) {
        run.tell(
            "The savepoint is of other columns than %s has now; it goes on from the ledger instead"
                .formatted(options.table()));
        return "";
      }
    }
    return savepoint;
  }

  private boolean isSame(Submission other) {
    return other.copy().equals(options.job()) && other.target().equals(target());
  }

  private String target() {
    return options.target().address();
  }

  private String window() {
    return ledger.window().map(WindowRecord::identity).orElse("");
  }

  private String columns() {
    return ledger.columns().orElse("");
  }

  /** Notes what it takes to go on with the job, if it runs on a cluster. */
  public void keep(String newId, String savepoint) {
    if (!run.options().runner.isCluster()) {
      return;
    }
    id = newId;
    try {
      FlinkRest rest = Placement.rest(run.options().runner);
      long now = Instant.now().toEpochMilli();
      submissions.keep(
          new Submission(
              id,
              rest.job(id).map(details -> details.job().name()).orElse(""),
              options.job(),
              target(),
              run.options().runner.address(),
              words,
              environment(),
              passwords(),
              window(),
              columns(),
              rest.checkpoints().folder(id).orElse(""),
              savepoint,
              now,
              now));
    } catch (IOException e) {
      run.tell(
          "Cannot keep what it takes to resume job %s: %s"
              .formatted(id, Sentence.of("write to " + submissions.folder(), e)));
    }
  }

  private Map<String, String> environment() {
    Map<String, String> kept = new HashMap<>();
    for (String name : List.of("MILLRACE_SOURCE_USER", "MILLRACE_TARGET_USER")) {
      String value = run.console().environment().get(name);
      if (value != null) {
        kept.put(name, value);
      }
    }
    return kept;
  }

  private List<String> passwords() {
    List<String> roles = new ArrayList<>();
    add(roles, "source", options.source());
    add(roles, "target", options.target());
    return roles;
  }

  private static void add(List<String> roles, String role, ConnectionSpec database) {
    if (database.password() != null) {
      roles.add(role);
    }
  }

  /** Notes that the job ended in order: with a savepoint to go on from, or drained. */
  public void ended(Optional<String> savepoint) throws IOException {
    if (savepoint.isPresent()) {
      submissions.stopped(id, savepoint.get(), Instant.now());
    } else if (!id.isEmpty()) {
      submissions.forget(id);
    }
  }
}
