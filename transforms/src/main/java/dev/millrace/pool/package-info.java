// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Named pools of slots, and the transform that runs another within them. */
@NullMarked
package dev.millrace.pool;

import org.jspecify.annotations.NullMarked;
