// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

/**
 * What a stage took of its machine by its own count, which is exact and always on. Immutable.
 *
 * @param cpuSeconds of its threads on a processor
 * @param allocatedBytes on the heap
 * @param readBytes from files, sockets and pipes; 0 where that is not known
 * @param writtenBytes to the same
 */
public record Measured(double cpuSeconds, long allocatedBytes, long readBytes, long writtenBytes) {}
