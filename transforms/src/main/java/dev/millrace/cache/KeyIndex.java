// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import java.util.Arrays;

/**
 * Which rows of a block have the same key: each distinct key is a slot, in the order of its first
 * row. Values are compared by their bytes, so that two slots may be of one number written in two
 * ways. Immutable and safe to share between threads.
 */
final class KeyIndex {

  /** The slot of a row whose key has a NULL, which equals nothing. */
  static final int NONE = -1;

  private final int[] slots;
  private final int[] firsts;

  private KeyIndex(int[] slots, int[] firsts) {
    this.slots = slots;
    this.firsts = firsts;
  }

  /**
   * Finds the distinct keys of a block.
   *
   * @param key the columns' positions
   */
  static KeyIndex of(Block block, int[] key) {
    return new Building(block, key).build();
  }

  /** The slot of a row, or {@link #NONE}. */
  int slot(int row) {
    return slots[row];
  }

  /** Of each slot the first row that has its key; never to be changed. */
  int[] firsts() {
    return firsts;
  }

  /** A table of slots with open addressing, of the rows seen so far. */
  private static final class Building {

    private static final int FREE = -1;

    private final int rows;
    private final BlockColumn[] columns;
    private final int[] slots;
    private final int[] firsts;
    private final int[] hashes;
    private final int[] table;
    private byte[] key = new byte[64];
    private byte[] other = new byte[64];
    private int size;

    Building(Block block, int[] key) {
      this.rows = block.rows();
      this.columns = Arrays.stream(key).mapToObj(block::column).toArray(BlockColumn[]::new);
      this.slots = new int[rows];
      this.firsts = new int[rows];
      this.hashes = new int[rows];
      this.table = new int[Math.max(4, Integer.highestOneBit(Math.max(1, rows)) << 2)];
      Arrays.fill(table, FREE);
    }

    KeyIndex build() {
      for (int row = 0; row < rows; row++) {
        slots[row] = hasNull(row) ? NONE : slot(row);
      }
      return new KeyIndex(slots, Arrays.copyOf(firsts, size));
    }

    private boolean hasNull(int row) {
      for (BlockColumn column : columns) {
        if (column.isNull(row)) {
          return true;
        }
      }
      return false;
    }

    private int slot(int row) {
      int length = length(row);
      key = copy(row, length, key);
      int hash = hash(key, length);
      int at = hash & (table.length - 1);
      while (table[at] != FREE) {
        int slot = table[at];
        if (hashes[slot] == hash && equal(firsts[slot], length)) {
          return slot;
        }
        at = (at + 1) & (table.length - 1);
      }
      table[at] = size;
      firsts[size] = row;
      hashes[size] = hash;
      return size++;
    }

    private int length(int row) {
      int length = 0;
      for (BlockColumn column : columns) {
        length += Integer.BYTES + column.length(row);
      }
      return length;
    }

    private byte[] copy(int row, int length, byte[] target) {
      byte[] bytes = length <= target.length ? target : new byte[length * 2];
      int at = 0;
      for (BlockColumn column : columns) {
        // The lengths tell ("a", "bc") from ("ab", "c").
        int part = column.length(row);
        bytes[at++] = (byte) part;
        bytes[at++] = (byte) (part >> 8);
        bytes[at++] = (byte) (part >> 16);
        bytes[at++] = (byte) (part >> 24);
        at = column.copy(row, bytes, at);
      }
      return bytes;
    }

    private boolean equal(int row, int length) {
      if (length(row) != length) {
        return false;
      }
      other = copy(row, length, other);
      return Arrays.equals(key, 0, length, other, 0, length);
    }

    private static int hash(byte[] bytes, int length) {
      int hash = length;
      for (int i = 0; i < length; i++) {
        hash = 31 * hash + bytes[i];
      }
      // Keys in sequence differ in the low bits of few bytes.
      hash *= 0x9E3779B9;
      return hash ^ (hash >>> 15);
    }
  }
}
