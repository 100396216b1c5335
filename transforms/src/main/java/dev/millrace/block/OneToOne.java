// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

/**
 * A {@code DoFn} from blocks to blocks that outputs exactly one block for each, of the same {@link
 * Origin}, with some or all of its rows in their order and none else. Only such steps may stand
 * between a read and a write in ledger mode; a user's own says so by implementing this.
 */
public interface OneToOne {}
