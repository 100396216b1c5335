// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Scenario three: kinds of work that need different things, side by side in one JVM. */
@NullMarked
package dev.millrace.pipelines.contention;

import org.jspecify.annotations.NullMarked;
