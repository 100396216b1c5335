// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import java.io.Serializable;

/**
 * How far a copy that follows its source has come: a row whose cursor is at or above this was not
 * copied yet, and may be missing or old in the target without harm.
 *
 * @param column the cursor, a column of the source
 * @param literal a value of it, as a literal in SQL
 */
public record Synced(String column, String literal) implements Serializable {}
