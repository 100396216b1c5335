// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.copy.Runner;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.io.Serializable;
import java.util.List;

/**
 * What a child JVM is to do.
 *
 * @param server where the medallion is
 * @param runner of the pipelines
 * @param pushesDown whether the server is asked for a window's rows and not for all
 * @param windows to make, in order
 * @param isWhole whether these are all there are, so that what reaches over them is made, too
 * @param parallelism threads of a pipeline
 */
record BackfillJob(
    ConnectionSpec server,
    Runner runner,
    boolean pushesDown,
    List<HourWindow> windows,
    boolean isWhole,
    int parallelism)
    implements Serializable {}
