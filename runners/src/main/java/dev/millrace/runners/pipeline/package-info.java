// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Commands that run something, and how and where their pipelines run. */
@NullMarked
package dev.millrace.runners.pipeline;

import org.jspecify.annotations.NullMarked;
