// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What stages of pipelines made, kept until what it was made of changes. */
@NullMarked
package dev.millrace.cache.result;

import org.jspecify.annotations.NullMarked;
