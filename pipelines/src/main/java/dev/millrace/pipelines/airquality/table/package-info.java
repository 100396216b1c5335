// Licensed under the Apache License, Version 2.0; see LICENSE.

/** The tables of the medallion: columns, keys, DDL, and how rows become blocks. */
@NullMarked
package dev.millrace.pipelines.airquality.table;

import org.jspecify.annotations.NullMarked;
