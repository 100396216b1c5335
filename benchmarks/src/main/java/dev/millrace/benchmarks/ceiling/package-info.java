// Licensed under the Apache License, Version 2.0; see LICENSE.
/** Many processes below one ceiling on connections, undisturbed and in trouble. */
@NullMarked
package dev.millrace.benchmarks.ceiling;

import org.jspecify.annotations.NullMarked;
