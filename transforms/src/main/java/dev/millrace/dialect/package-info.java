// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What differs between databases: quoting, types, bulk read and bulk write. */
@NullMarked
package dev.millrace.dialect;

import org.jspecify.annotations.NullMarked;
