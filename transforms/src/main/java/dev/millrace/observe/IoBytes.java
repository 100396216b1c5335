// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

/**
 * What threads read and wrote by the operating system's count: files, sockets and pipes, whether or
 * not a disk was needed for it. Known on Linux only, and 0 elsewhere. Immutable.
 *
 * @param read bytes
 * @param written bytes
 */
public record IoBytes(long read, long written) {

  /** Nothing, or not known. */
  public static final IoBytes NONE = new IoBytes(0, 0);

  IoBytes minus(IoBytes before) {
    return new IoBytes(read - before.read, written - before.written);
  }
}
