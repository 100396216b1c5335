// Licensed under the Apache License, Version 2.0; see LICENSE.

/** A Flink cluster of processes of this machine, and what any Flink cluster tells over REST. */
@NullMarked
package dev.millrace.local.flink;

import org.jspecify.annotations.NullMarked;
