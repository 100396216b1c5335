// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import com.codahale.metrics.DefaultSettableGauge;
import com.codahale.metrics.SettableGauge;
import java.time.Duration;
import java.util.Locale;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * What goes up and down while a pipeline runs. Each is set twice, as a {@link Measure} is counted:
 * as a Beam gauge, in milliseconds, since those are whole numbers, and as a gauge of this JVM, in
 * seconds. Safe for use by several threads.
 */
public enum Level {
  /** How far what was read is behind the source's clock. */
  FRESHNESS,
  /** How far a source's horizon, up to which all can be read, is behind its clock. */
  HORIZON_LAG;

  private static final double MILLIS = 1000;

  /** The name of the Beam gauge. */
  public String gauge() {
    return name().toLowerCase(Locale.ROOT) + "_millis";
  }

  /** The name of the gauge in this JVM's registry. */
  public String metric() {
    return Measure.NAMESPACE + "_" + name().toLowerCase(Locale.ROOT) + "_seconds";
  }

  /** Sets it, within a DoFn's call. */
  public void set(Duration value) {
    Metrics.gauge(Measure.NAMESPACE, gauge()).set(value.toMillis());
    setOutside(value);
  }

  /** As {@link #set}, in this JVM only: for who is not within a DoFn's call. */
  public void setOutside(Duration value) {
    SettableGauge<Double> gauge =
        Measure.registry().gauge(metric(), () -> new DefaultSettableGauge<>(0.0));
    gauge.setValue(value.toMillis() / MILLIS);
  }
}
