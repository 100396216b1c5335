// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a thread has used of its machine so far; each is 0 where it is not known. A reading takes
 * some 2 µs, most of it for the delay. Its methods are called by the thread that made it, but for
 * {@link #cpuFromOutside}.
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

  private final long thread = Thread.currentThread().getId();

  /** Closed when it is collected, as its thread's end is not told. */
  private @Nullable RandomAccessFile schedule = open();

  private final byte[] line = new byte[96];

  private static @Nullable RandomAccessFile open() {
    try {
      return new RandomAccessFile("/proc/thread-self/schedstat", "r");
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
      file.seek(0);
      return second(line, file.read(line));
    } catch (IOException | NumberFormatException unreadable) {
      schedule = null;
      return 0;
    }
  }

  /** The second of the numbers in a line. */
  static long second(byte[] line, int length) {
    String text = new String(line, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    int from = text.indexOf(' ') + 1;
    return Long.parseLong(text, from, text.indexOf(' ', from), 10);
  }
}
