// Licensed under the Apache License, Version 2.0; see LICENSE.

/** From text to one typed row a station and hour, with averages and the index. */
@NullMarked
package dev.millrace.pipelines.airquality.silver;

import org.jspecify.annotations.NullMarked;
