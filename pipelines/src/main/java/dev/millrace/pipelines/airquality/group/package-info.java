// Licensed under the Apache License, Version 2.0; see LICENSE.
/** Brings the rows of a key together, however many keys there are. */
@NullMarked
package dev.millrace.pipelines.airquality.group;

import org.jspecify.annotations.NullMarked;
