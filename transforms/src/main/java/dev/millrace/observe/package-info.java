// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Metric names, stage metrics and the metric registry of this JVM. */
@NullMarked
package dev.millrace.observe;

import org.jspecify.annotations.NullMarked;
