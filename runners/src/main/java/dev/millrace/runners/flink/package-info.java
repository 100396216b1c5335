// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Flink clusters, the jobs on them, and the commands about both. */
@NullMarked
package dev.millrace.runners.flink;

import org.jspecify.annotations.NullMarked;
