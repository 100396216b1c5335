// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What holds for the library as a whole. */
@NullMarked
package dev.millrace;

import org.jspecify.annotations.NullMarked;
