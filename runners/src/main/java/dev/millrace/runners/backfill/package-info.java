// Licensed under the Apache License, Version 2.0; see LICENSE.

/** The medallion, made window by window: once, each hour, and by a schedule. */
@NullMarked
package dev.millrace.runners.backfill;

import org.jspecify.annotations.NullMarked;
