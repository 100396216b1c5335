// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

/**
 * What went through a stage.
 *
 * @param blocks of rows
 * @param rows in them
 * @param bytes of the blocks
 */
public record Moved(long blocks, long rows, long bytes) {

  /** Nothing did. */
  public static final Moved NOTHING = new Moved(0, 0, 0);

  Moved minus(Moved before) {
    return new Moved(blocks - before.blocks, rows - before.rows, bytes - before.bytes);
  }
}
