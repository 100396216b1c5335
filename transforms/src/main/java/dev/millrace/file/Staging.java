// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of a fast local disk for a run's large passing files. It is removed when it is closed;
 * if the process dies before, by the next that opens one beside it.
 *
 * <p>Who lives is told by a lock on a file beside the folder, which ends with its process, however
 * that ends. Nothing is removed but what bears a name as is made here, and whose lock is free. The
 * file system must have locks: a local one has, a network's may not.
 *
 * <p>Safe for use by several threads.
 */
public final class Staging implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Staging.class);

  private static final String PREFIX = "millrace-staging-";
  private static final String LOCK = ".lock";
  private static final Pattern RUN = Pattern.compile("[A-Za-z0-9_.-]{1,100}");
  private static final Pattern LOCK_NAME =
      Pattern.compile("millrace-staging-[A-Za-z0-9_.-]{1,100}-[0-9a-f]{32}\\.lock");

  /** Of the whole JVM, whatever the class loader. */
  private static final String TAKEN = "millrace.staging:";

  private final Path folder;
  private final Held held;

  private Staging(Path folder, Held held) {
    this.folder = folder;
    this.held = held;
  }

  /**
   * Removes the folders that dead runs have left in a root, and makes one for this run.
   *
   * @param root made if it is not there
   * @param run a name to find the folder by, of 1 to 100 letters, digits, {@code _}, {@code -} or
   *     {@code .}; several of one name have a folder each
   * @throws IOException when the root cannot be written
   */
  public static Staging open(Path root, String run) throws IOException {
    if (!RUN.matcher(run).matches()) {
      throw new IllegalArgumentException(
          "Invalid name of a run: " + run + " (must be 1 to 100 letters, digits, '_', '-' or '.')");
    }
    try {
      Path real = Files.createDirectories(root).toRealPath();
      removeDead(real);
      while (true) {
        String name = PREFIX + run + "-" + UUID.randomUUID().toString().replace("-", "");
        Path lock = real.resolve(name + LOCK);
        Held held = Held.take(lock, StandardOpenOption.CREATE_NEW);
        // Who comes upon the file before it is locked takes it for that of a dead run.
        if (held != null && Files.exists(lock)) {
          return new Staging(Files.createDirectory(real.resolve(name)), held);
        }
        if (held != null) {
          held.close();
        }
      }
    } catch (IOException failure) {
      throw new IOException("Cannot stage files in " + root + ": " + failure.getMessage(), failure);
    }
  }

  /** Where this run may put files and folders of any name. */
  public Path folder() {
    return folder;
  }

  private static void removeDead(Path root) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, PREFIX + "*" + LOCK)) {
      for (Path lock : entries) {
        if (LOCK_NAME.matcher(lock.getFileName().toString()).matches()) {
          removeIfDead(lock);
        }
      }
    }
  }

  private static void removeIfDead(Path lock) throws IOException {
    Held held = Held.take(lock, StandardOpenOption.WRITE);
    if (held == null) {
      return;
    }
    String name = lock.getFileName().toString();
    Path folder = lock.resolveSibling(name.substring(0, name.length() - LOCK.length()));
    try {
      remove(folder);
      Files.deleteIfExists(lock);
      LOG.info("Removed {}, which a run that died had left", folder);
    } finally {
      held.close();
    }
  }

  /** Removes a folder and all in it, of links the link alone. */
  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Removes the folder and all in it. */
  @Override
  public void close() throws IOException {
    try {
      remove(folder);
      Files.deleteIfExists(folder.resolveSibling(folder.getFileName() + LOCK));
    } finally {
      held.close();
    }
  }

  /** A lock that this process has. */
  private record Held(Path path, FileChannel channel, FileLock lock) implements AutoCloseable {

    /**
     * Takes a lock; null if another has it, or has removed it.
     *
     * <p>Within this JVM a property tells who has what: an attempt at the lock opens the file, and
     * where one descriptor of a file is closed, a process loses its locks of that file.
     */
    static @Nullable Held take(Path path, StandardOpenOption how) throws IOException {
      if (System.getProperties().putIfAbsent(TAKEN + path, "") != null) {
        return null;
      }
      Held taken = null;
      FileChannel channel = null;
      try {
        channel = FileChannel.open(path, StandardOpenOption.WRITE, how);
        FileLock lock = channel.tryLock();
        taken = lock == null ? null : new Held(path, channel, lock);
        return taken;
      } catch (NoSuchFileException removed) {
        return null;
      } catch (OverlappingFileLockException inThisJvm) {
        return null;
      } finally {
        if (taken == null) {
          if (channel != null) {
            channel.close();
          }
          System.getProperties().remove(TAKEN + path);
        }
      }
    }

    @Override
    public void close() throws IOException {
      try {
        lock.release();
        channel.close();
      } finally {
        System.getProperties().remove(TAKEN + path);
      }
    }
  }
}
