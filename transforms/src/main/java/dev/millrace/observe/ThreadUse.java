// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a thread has used of its machine so far; each is 0 where it is not known. A reading takes
 * some 2 µs, most of it for the delay, and 4 µs what was read and written. Its methods are called
 * by the thread that made it, but for {@link #cpuFromOutside}.
 */
final class ThreadUse {

  private static final @Nullable ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private static final boolean HAS_CPU =
      THREADS != null && THREADS.isThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();

  private static final boolean HAS_ALLOCATION =
      THREADS != null
          && THREADS.isThreadAllocatedMemorySupported()
          && THREADS.isThreadAllocatedMemoryEnabled();

  private static final Pattern TRANSFERRED = Pattern.compile("rchar: (\\d+)\nwchar: (\\d+)\n");

  private final long thread = Thread.currentThread().getId();

  /** Closed when it is collected, as its thread's end is not told. */
  private @Nullable RandomAccessFile schedule = open("schedstat");

  private @Nullable RandomAccessFile transfers = open("io");

  private final byte[] line = new byte[256];

  /** What this has read itself to know all that. */
  private long ownBytes;

  private static @Nullable RandomAccessFile open(String name) {
    try {
      return new RandomAccessFile("/proc/thread-self/" + name, "r");
    } catch (IOException elsewhere) {
      return null;
    }
  }

  /** Nanoseconds on a processor. */
  long cpu() {
    return HAS_CPU && THREADS != null ? THREADS.getCurrentThreadCpuTime() : 0;
  }

  /** As {@link #cpu}, asked by another thread; 0 or less when the thread has ended. */
  long cpuFromOutside() {
    return HAS_CPU && THREADS != null ? THREADS.getThreadCpuTime(thread) : 0;
  }

  /** Bytes allocated on the heap. */
  long allocated() {
    return HAS_ALLOCATION && THREADS != null ? THREADS.getCurrentThreadAllocatedBytes() : 0;
  }

  /** Nanoseconds for which it could have run and had no processor. */
  long delay() {
    RandomAccessFile file = schedule;
    if (file == null) {
      return 0;
    }
    try {
      return second(line, read(file));
    } catch (IOException | NumberFormatException unreadable) {
      schedule = null;
      return 0;
    }
  }

  /** Bytes read and written. */
  IoBytes io() {
    RandomAccessFile file = transfers;
    if (file == null) {
      return IoBytes.NONE;
    }
    try {
      long before = ownBytes;
      return transferred(line, read(file), before);
    } catch (IOException | IllegalArgumentException unreadable) {
      transfers = null;
      return IoBytes.NONE;
    }
  }

  private int read(RandomAccessFile file) throws IOException {
    file.seek(0);
    int length = file.read(line);
    ownBytes += Math.max(0, length);
    return length;
  }

  /**
   * What the first two lines say, as in {@code rchar: 17}.
   *
   * @param own bytes read that do not count
   * @throws IllegalArgumentException if they are not like that
   */
  static IoBytes transferred(byte[] lines, int length, long own) {
    String text = new String(lines, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    Matcher matcher = TRANSFERRED.matcher(text);
    if (!matcher.lookingAt()) {
      throw new IllegalArgumentException("Cannot read what the system counts: " + text);
    }
    return new IoBytes(Long.parseLong(matcher.group(1)) - own, Long.parseLong(matcher.group(2)));
  }

  /** The second of the numbers in a line. */
  static long second(byte[] line, int length) {
    String text = new String(line, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    int from = text.indexOf(' ') + 1;
    return Long.parseLong(text, from, text.indexOf(' ', from), 10);
  }
}
