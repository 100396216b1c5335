// Licensed under the Apache License, Version 2.0; see LICENSE.

/** One table read once and spread over many, over few connections. */
@NullMarked
package dev.millrace.pipelines.connections;

import org.jspecify.annotations.NullMarked;
