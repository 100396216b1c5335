// Licensed under the Apache License, Version 2.0; see LICENSE.

/** The options that commands share, and where their values come from. */
@NullMarked
package dev.millrace.runners.option;

import org.jspecify.annotations.NullMarked;
