// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * Invented measurements in the shape of the real ones, for a demo or a test without the data set.
 * {@link dev.millrace.pipelines.airquality.generate.GeneratedData} is the way in.
 */
@NullMarked
package dev.millrace.pipelines.airquality.generate;

import org.jspecify.annotations.NullMarked;
