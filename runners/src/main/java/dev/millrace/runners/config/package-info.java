// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What options are set to, and where. */
@NullMarked
package dev.millrace.runners.config;

import org.jspecify.annotations.NullMarked;
