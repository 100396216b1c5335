// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What pools of slots are worth where kinds of work meet that need different things. */
@NullMarked
package dev.millrace.benchmarks.contention;

import org.jspecify.annotations.NullMarked;
