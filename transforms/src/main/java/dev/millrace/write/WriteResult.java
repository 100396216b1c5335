// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import java.io.Serializable;

/**
 * A block that was committed.
 *
 * @param split the block's split, empty for none
 * @param rows of the block
 * @param bytes of the block on the heap
 */
public record WriteResult(String split, long rows, long bytes) implements Serializable {}
