// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Reads of whole tables as blocks. */
@NullMarked
package dev.millrace.read;

import org.jspecify.annotations.NullMarked;
