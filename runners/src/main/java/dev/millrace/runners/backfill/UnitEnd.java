// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.ledger.UnitRecord.Figures;
import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.runners.run.Counts;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a unit.
 *
 * @param failure why it failed; empty if it is done
 * @param counts all zero if it failed
 */
record UnitEnd(Unit unit, String failure, Counts counts, double seconds) {

  static UnitEnd failed(Unit unit, String why, double seconds) {
    return new UnitEnd(unit, why, Counts.ZERO, seconds);
  }

  boolean isDone() {
    return failure.isEmpty();
  }

  Figures figures() {
    return new Figures(
        number(counts.rowsRead()),
        number(counts.rowsWritten()),
        number(counts.rowsRejected()),
        seconds);
  }

  private static long number(@Nullable Long count) {
    return count == null ? 0 : count;
  }

  Map<String, Object> toMap() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("stage", unit.stage());
    fields.put("part", unit.part());
    fields.put("failure", failure);
    fields.put("seconds", seconds);
    fields.putAll(counts.toMap());
    return fields;
  }

  /** Reads what {@link #toMap} wrote. */
  static UnitEnd of(JsonNode fields) {
    return new UnitEnd(
        new Unit(fields.required("stage").asText(), fields.required("part").asText()),
        fields.required("failure").asText(),
        new Counts(
            fields.required("rows_read").asLong(),
            fields.required("rows_written").asLong(),
            fields.required("rows_rejected").asLong(),
            fields.required("blocks").asLong(),
            fields.required("bytes").asLong()),
        fields.required("seconds").asDouble());
  }
}
