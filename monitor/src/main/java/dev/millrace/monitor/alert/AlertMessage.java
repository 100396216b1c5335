// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import dev.millrace.monitor.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a webhook is told of an alert that fires or is resolved: JSON of version 4 as Prometheus'
 * Alertmanager sends it, with one alert each.
 *
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config">Its
 *     form</a>
 */
public final class AlertMessage {

  private static final String RECEIVER = "millrace";

  /** An end that is not known yet. */
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final int SEPARATOR = 255;

  private AlertMessage() {}

  /**
   * The message.
   *
   * @param change to firing, or to resolved
   * @param run labels of the run, by name; with the alert's own, they tell it from all others
   */
  public static String of(Transition change, Map<String, String> run) {
    boolean fires = change.to() == AlertState.FIRING;
    String status = fires ? "firing" : "resolved";
    SortedMap<String, String> labels = new TreeMap<>(run);
    labels.put("alertname", change.rule().name());
    labels.put("severity", change.rule().severity().label());
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put("summary", change.sentence());
    if (change.value() != null) {
      annotations.put("value", String.valueOf(change.value()));
    }
    Map<String, Object> alert = new LinkedHashMap<>();
    alert.put("status", status);
    alert.put("labels", labels);
    alert.put("annotations", annotations);
    alert.put("startsAt", time(change.since()));
    alert.put("endsAt", fires ? NEVER : time(change.time()));
    alert.put("generatorURL", "");
    alert.put("fingerprint", fingerprint(labels));
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("version", "4");
    message.put("groupKey", "{}:{alertname=\"%s\"}".formatted(change.rule().name()));
    message.put("truncatedAlerts", 0);
    message.put("status", status);
    message.put("receiver", RECEIVER);
    message.put("groupLabels", Map.of("alertname", change.rule().name()));
    message.put("commonLabels", labels);
    message.put("commonAnnotations", annotations);
    message.put("externalURL", "");
    message.put("alerts", List.of(alert));
    return Json.write(message);
  }

  private static String time(@Nullable Instant time) {
    return time == null ? NEVER : time.toString();
  }

  /** As Prometheus has it: FNV-1a, 64 bits, over names and values. */
  static String fingerprint(SortedMap<String, String> labels) {
    long hash = FNV_OFFSET;
    for (Map.Entry<String, String> each : labels.entrySet()) {
      hash = hash(hash, each.getKey());
      hash = hash(hash, each.getValue());
    }
    return "%016x".formatted(hash);
  }

  private static long hash(long before, String text) {
    long hash = before;
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (each & 0xff)) * FNV_PRIME;
    }
    return (hash ^ SEPARATOR) * FNV_PRIME;
  }
}
