// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * The United States Air Quality Index of 2024, in decimal arithmetic: tables, averages,
 * sub-indices.
 *
 * <p>Nothing here knows of files, tables or Beam. {@link
 * dev.millrace.pipelines.airquality.index.StationIndex} is the way in.
 */
@NullMarked
package dev.millrace.pipelines.airquality.index;

import org.jspecify.annotations.NullMarked;
