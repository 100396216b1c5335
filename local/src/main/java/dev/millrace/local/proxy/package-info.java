// Licensed under the Apache License, Version 2.0; see LICENSE.

/** A TCP proxy in front of a PostgreSQL server, which makes the faults of a network. */
@NullMarked
package dev.millrace.local.proxy;

import org.jspecify.annotations.NullMarked;
