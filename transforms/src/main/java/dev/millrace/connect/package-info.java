// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Connections: their specification, pools, deadlines. */
@NullMarked
package dev.millrace.connect;

import org.jspecify.annotations.NullMarked;
