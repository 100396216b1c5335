// Licensed under the Apache License, Version 2.0; see LICENSE.

/** One table copied into another. */
@NullMarked
package dev.millrace.pipelines.sync;

import org.jspecify.annotations.NullMarked;
