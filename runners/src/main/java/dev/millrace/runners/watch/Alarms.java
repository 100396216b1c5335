// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import dev.millrace.connect.Secret;
import dev.millrace.monitor.alert.AlertEngine;
import dev.millrace.monitor.alert.AlertFile;
import dev.millrace.monitor.alert.AlertFileException;
import dev.millrace.monitor.alert.AlertMessage;
import dev.millrace.monitor.alert.AlertState;
import dev.millrace.monitor.alert.BuiltInAlerts;
import dev.millrace.monitor.alert.Rule;
import dev.millrace.monitor.alert.Severity;
import dev.millrace.monitor.alert.Transition;
import dev.millrace.monitor.alert.Webhook;
import dev.millrace.monitor.history.ThisMachine;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.run.Run;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a run by rules, and says what fires in the log, among its events and to a webhook. Used
 * by one thread at a time.
 */
final class Alarms implements AutoCloseable {

  private static final String SECRET = "MILLRACE_ALERT_SECRET";

  private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

  private final AlertEngine engine;
  private final @Nullable Webhook webhook;
  private final Instant started = Instant.now();
  private final long startNanos = System.nanoTime();
  private Map<String, String> labels = Map.of();
  private @Nullable String critical;

  private Alarms(List<Rule> rules, @Nullable Webhook webhook) {
    this.engine = new AlertEngine(rules);
    this.webhook = webhook;
  }

  /**
   * Those that are wanted.
   *
   * @throws UsageException if the file or the webhook is none
   */
  static Alarms of(CommonOptions options, Map<String, String> environment) {
    List<Rule> rules;
    try {
      rules =
          options.alerts.isEmpty()
              ? BuiltInAlerts.rules()
              : AlertFile.read(Path.of(options.alerts));
    } catch (AlertFileException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
    return new Alarms(rules, webhook(options, environment));
  }

  private static @Nullable Webhook webhook(CommonOptions options, Map<String, String> environment) {
    if (options.alertWebhook.isEmpty()) {
      return null;
    }
    Secret secret = Credentials.password(SECRET, environment);
    // The URL itself may be a secret.
    return Webhook.of(options.alertWebhook, secret == null ? null : secret.reveal())
        .orElseThrow(
            () ->
                new UsageException(
                    "Invalid --alert-webhook: its value is not shown (must be a URL such as"
                        + " https://host/path, without a user)"));
  }

  /** Begins to look: what was counted before is nothing of this run. */
  void start(Run run, String command, String pipeline) {
    labels =
        Map.of(
            "run",
            run.id(),
            "command",
            command,
            "pipeline",
            pipeline,
            "instance",
            ThisMachine.machine().host());
    tell(engine.look(now(), Measure.readings()));
  }

  /** A step of the machine's clock is none here. */
  private Instant now() {
    return started.plusNanos(System.nanoTime() - startNanos);
  }

  /** The same, with what fires. */
  Snapshot look(Snapshot snapshot) {
    tell(engine.look(now(), BuiltInAlerts.readings(snapshot)));
    return snapshot.with(engine.firing());
  }

  private void tell(List<Transition> changes) {
    for (Transition change : changes) {
      Rule rule = change.rule();
      if (change.to() == AlertState.FIRING) {
        LOG.warn("Alert {} ({}): {}", rule.name(), rule.severity().label(), change.sentence());
        Events.add("alert", "%s fires: %s".formatted(rule.name(), change.sentence()));
        if (rule.severity() == Severity.CRITICAL && critical == null) {
          critical = "%s: %s".formatted(rule.name(), change.sentence());
        }
      } else if (change.from() == AlertState.FIRING) {
        Events.add(
            "alert",
            "%s is resolved, %d s after it fired"
                .formatted(
                    rule.name(),
                    change.since() == null
                        ? 0
                        : Duration.between(change.since(), change.time()).toSeconds()));
      } else {
        continue;
      }
      if (webhook != null) {
        webhook.offer(AlertMessage.of(change, labels));
      }
    }
  }

  /** The first that was critical: its name and sentence; empty if none was. */
  Optional<String> critical() {
    return Optional.ofNullable(critical);
  }

  /** Nothing is looked at any longer; gives what is still to be told some seconds. */
  @Override
  public void close() {
    tell(engine.end(now()));
    if (webhook != null) {
      webhook.close();
    }
  }
}
