// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

/** What the events of a group add up to. Not safe for use by several threads. */
final class GroupSums {
  long samples;
  long allocatedBytes;
  long lockNanos;
  long ioNanos;
  long socketRead;
  long socketWritten;
  long fileRead;
  long fileWritten;
}
