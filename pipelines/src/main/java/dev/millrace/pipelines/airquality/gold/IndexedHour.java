// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.pipelines.airquality.index.SubIndices;
import java.time.LocalDateTime;

/** What the gold layer needs of a silver row. */
record IndexedHour(String station, LocalDateTime hour, SubIndices indices) {}
