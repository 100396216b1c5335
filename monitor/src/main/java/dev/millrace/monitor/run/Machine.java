// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

/**
 * What a run ran on.
 *
 * @param host its name
 * @param processors that the JVM may use
 * @param heapBytes that the JVM's heap may have
 * @param system name, version and architecture of the operating system
 * @param java version of the JVM
 */
public record Machine(String host, int processors, long heapBytes, String system, String java) {}
