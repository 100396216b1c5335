// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A folder that one process has for itself, until it closes it or dies. The first free one of a
 * numbered row is taken, so that a process that is started again finds what one like it left.
 */
final class DiskFolder implements AutoCloseable {

  /** Of the whole JVM, whatever the class loader. */
  private static final String TAKEN = "millrace.cache.disk:";

  private final Path path;
  private final RandomAccessFile file;
  private final FileLock lock;

  private DiskFolder(Path path, RandomAccessFile file, FileLock lock) {
    this.path = path;
    this.file = file;
    this.lock = lock;
  }

  /**
   * Takes a folder.
   *
   * @param row the folder of the numbered ones
   * @param most how many there may be
   * @throws IOException if all are taken, or none can be made
   */
  static DiskFolder take(Path row, int most) throws IOException {
    Files.createDirectories(row);
    Path real = row.toRealPath();
    for (int i = 0; i < most; i++) {
      DiskFolder folder = tryTake(Files.createDirectories(real.resolve(Integer.toString(i))));
      if (folder != null) {
        return folder;
      }
    }
    throw new IOException("all " + most + " folders in " + row + " are in use");
  }

  /**
   * Within this JVM a property tells who has what. The lock could not: an attempt at it opens the
   * file, and where one descriptor of a file is closed, a process loses its locks of that file.
   */
  private static @Nullable DiskFolder tryTake(Path path) throws IOException {
    if (System.getProperties().putIfAbsent(TAKEN + path, "") != null) {
      return null;
    }
    DiskFolder taken = null;
    RandomAccessFile file = null;
    try {
      file = new RandomAccessFile(path.resolve("lock").toFile(), "rw");
      FileLock lock = file.getChannel().tryLock();
      taken = lock == null ? null : new DiskFolder(path, file, lock);
      return taken;
    } catch (OverlappingFileLockException inThisJvm) {
      return null;
    } finally {
      if (taken == null) {
        if (file != null) {
          file.close();
        }
        System.getProperties().remove(TAKEN + path);
      }
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try {
      lock.release();
      file.close();
    } finally {
      System.getProperties().remove(TAKEN + path);
    }
  }
}
