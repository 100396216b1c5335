// Licensed under the Apache License, Version 2.0; see LICENSE.

/** From hours to days, runs and rankings. */
@NullMarked
package dev.millrace.pipelines.airquality.gold;

import org.jspecify.annotations.NullMarked;
