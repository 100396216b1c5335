// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What a command sees of the world around it, what it tells there, and how it ends. */
@NullMarked
package dev.millrace.runners.console;

import org.jspecify.annotations.NullMarked;
