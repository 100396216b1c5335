// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * CSV files of measurements, read line by line in bounded memory: every line comes out as fields or
 * as a reject with its reason.
 */
@NullMarked
package dev.millrace.pipelines.airquality.csv;

import org.jspecify.annotations.NullMarked;
