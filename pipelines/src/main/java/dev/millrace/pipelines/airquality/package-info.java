// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Air quality, bronze to silver to gold: three pipelines that can run alone. */
@NullMarked
package dev.millrace.pipelines.airquality;

import org.jspecify.annotations.NullMarked;
