// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

/**
 * A figure of a run beside those of earlier runs.
 *
 * @param metric what it is
 * @param runs earlier ones that have it
 * @param value of the run
 * @param typical the median of the earlier runs
 * @param low together with {@code high}: 19 in 20 runs like the earlier ones are between them
 * @param high see {@code low}
 * @param ratio of the value to the typical one
 * @param p how likely a run like the earlier ones is to be that far off in this direction, times
 *     the number of metrics that Holm's correction has it pay for; from 0 to 1
 * @param verdict whether that is to be called a change
 */
public record Change(
    Metric metric,
    int runs,
    double value,
    double typical,
    double low,
    double high,
    double ratio,
    double p,
    Verdict verdict) {}
