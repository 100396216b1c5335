// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * One table spread over many, each with a writer of its own, on a server with few connections: by
 * stock {@code JdbcIO} and by Millrace.
 */
@NullMarked
package dev.millrace.benchmarks.connections;

import org.jspecify.annotations.NullMarked;
