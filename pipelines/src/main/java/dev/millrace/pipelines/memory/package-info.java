// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Scenario one: more data than memory, by far. */
@NullMarked
package dev.millrace.pipelines.memory;

import org.jspecify.annotations.NullMarked;
