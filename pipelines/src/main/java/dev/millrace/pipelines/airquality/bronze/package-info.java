// Licensed under the Apache License, Version 2.0; see LICENSE.

/** From files to a table, every line as delivered. */
@NullMarked
package dev.millrace.pipelines.airquality.bronze;

import org.jspecify.annotations.NullMarked;
