// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.util.function.LongPredicate;

/**
 * Where the entries of a log are, by the hash of their key: two arrays, filled up to three
 * quarters, with linear probing. Takes between 21 and 43 bytes for each entry, beyond a thousand of
 * them. Not safe for use by several threads.
 */
final class DiskIndex {

  /** No place. */
  static final long NONE = 0;

  private static final int FIRST = 1 << 10;

  private long[] hashes = new long[FIRST];
  private long[] places = new long[FIRST];
  private int size;

  int size() {
    return size;
  }

  /** The place of a hash, or {@link #NONE}. */
  long get(long hash) {
    return places[find(hash)];
  }

  /** Sets a place, which is not {@link #NONE}. */
  void put(long hash, long place) {
    int at = find(hash);
    if (places[at] == NONE) {
      if (size >= places.length / 4 * 3) {
        rebuild(2 * places.length, any -> true);
        at = find(hash);
      }
      size++;
    }
    hashes[at] = hash;
    places[at] = place;
  }

  /** Whether it was there. */
  boolean remove(long hash) {
    int hole = find(hash);
    if (places[hole] == NONE) {
      return false;
    }
    // What follows without a gap moves up, if it may stand there.
    int mask = places.length - 1;
    for (int next = hole + 1 & mask; places[next] != NONE; next = next + 1 & mask) {
      int home = home(hashes[next]);
      if ((next - home & mask) >= (next - hole & mask)) {
        hashes[hole] = hashes[next];
        places[hole] = places[next];
        hole = next;
      }
    }
    places[hole] = NONE;
    size--;
    return true;
  }

  /** Keeps some places only; returns how many went. */
  int retain(LongPredicate kept) {
    int before = size;
    rebuild(places.length, kept);
    return before - size;
  }

  void clear() {
    hashes = new long[FIRST];
    places = new long[FIRST];
    size = 0;
  }

  private void rebuild(int length, LongPredicate kept) {
    long[] oldHashes = hashes;
    long[] oldPlaces = places;
    hashes = new long[length];
    places = new long[length];
    size = 0;
    for (int i = 0; i < oldPlaces.length; i++) {
      if (oldPlaces[i] != NONE && kept.test(oldPlaces[i])) {
        int at = find(oldHashes[i]);
        hashes[at] = oldHashes[i];
        places[at] = oldPlaces[i];
        size++;
      }
    }
  }

  /** Where a hash stands, or would. */
  private int find(long hash) {
    int mask = places.length - 1;
    int at = home(hash);
    while (places[at] != NONE && hashes[at] != hash) {
      at = at + 1 & mask;
    }
    return at;
  }

  private int home(long hash) {
    return (int) (hash ^ hash >>> 32) & places.length - 1;
  }
}
