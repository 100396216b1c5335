// Licensed under the Apache License, Version 2.0; see LICENSE.

/** JUnit 5 extensions over real parts: a PostgreSQL server, a Beam pipeline under test. */
@NullMarked
package dev.millrace.testing;

import org.jspecify.annotations.NullMarked;
