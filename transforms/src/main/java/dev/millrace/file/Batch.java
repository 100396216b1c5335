// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.Block;
import java.util.List;

/**
 * Rows of a file.
 *
 * @param rows those that could be read
 * @param bad records that could not
 */
record Batch(Block rows, List<RejectedRecord> bad) {}
