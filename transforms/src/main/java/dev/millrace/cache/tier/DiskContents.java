// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What {@link DiskTier}s left in a folder: of processes that have ended. What a process has open is
 * its own until it ends.
 */
public final class DiskContents implements TierContents {

  /** As large as any may be, since the bounds of those who wrote are not known. */
  private static final ByteSize MOST_BYTES = ByteSize.ofMebibytes(256 << 10);

  private static final int MOST_ENTRIES = 100_000_000;
  private static final int MOST_FOLDERS = 1_000;

  private final Path folder;

  private DiskContents(Path folder) {
    this.folder = folder;
  }

  /**
   * The tiers of a folder.
   *
   * @param folder as {@link DiskSettings#folder} of those who wrote
   */
  public static DiskContents in(Path folder) {
    return new DiskContents(folder);
  }

  @Override
  public List<CacheContents> caches() throws IOException {
    List<CacheContents> caches = new ArrayList<>();
    for (String cache : names()) {
      caches.add(visit(cache, tier -> {}));
    }
    return caches;
  }

  private List<String> names() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("Invalid folder of caches: " + folder + " (must exist)");
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(cache -> Files.exists(cache.resolve("0").resolve("lock")))
          .map(cache -> cache.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Override
  public CacheContents clear(String cache) throws IOException {
    return visit(Name.checked("cache", cache), DiskTier::clear);
  }

  /** Opens one tier after the other, each of which takes the next folder that nobody has. */
  private CacheContents visit(String cache, Consumer<DiskTier> visitor) throws IOException {
    int folders = 0;
    while (folders < MOST_FOLDERS
        && Files.exists(folder.resolve(cache).resolve(Integer.toString(folders)))) {
      folders++;
    }
    List<DiskTier> open = new ArrayList<>();
    long entries = 0;
    long bytes = 0;
    int free = 0;
    try {
      for (int i = 0; i < folders; i++) {
        DiskTier tier = DiskTier.open(cache, settings(folders), Clock.systemUTC());
        open.add(tier);
        if (tier.isOpen()) {
          free++;
          entries += tier.entries();
          bytes += tier.bytes();
          visitor.accept(tier);
        }
      }
    } finally {
      open.forEach(DiskTier::close);
    }
    return new CacheContents(cache, "disk", entries, bytes, folders - free);
  }

  private DiskSettings settings(int folders) {
    return DiskSettings.of(folder.toString())
        .withBytes(MOST_BYTES)
        .withEntries(MOST_ENTRIES)
        .withProcesses(folders);
  }
}
