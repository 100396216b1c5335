// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import java.util.HashMap;
import java.util.Map;

/**
 * What is recorded: these events and no others. Those that come with the JDK's own configurations
 * hold the environment, the system's properties and command lines, and with them secrets.
 */
final class Settings {

  static final String STAGE_CHANGE = "millrace.StageChange";
  static final String EXECUTION_SAMPLE = "jdk.ExecutionSample";
  static final String ALLOCATION_SAMPLE = "jdk.ObjectAllocationSample";
  static final String MONITOR_ENTER = "jdk.JavaMonitorEnter";
  static final String PARK = "jdk.ThreadPark";
  static final String SOCKET_READ = "jdk.SocketRead";
  static final String SOCKET_WRITE = "jdk.SocketWrite";
  static final String FILE_READ = "jdk.FileRead";
  static final String FILE_WRITE = "jdk.FileWrite";
  static final String COLLECTION = "jdk.GarbageCollection";
  static final String COMPILER = "jdk.CompilerStatistics";

  /** Between two looks at a thread that runs. */
  static final int SAMPLE_MILLIS = 10;

  private Settings() {}

  /** By event and setting, as the flight recorder takes them. */
  static Map<String, String> all() {
    Map<String, String> all = new HashMap<>();
    all.put(STAGE_CHANGE + "#enabled", "true");
    put(all, EXECUTION_SAMPLE, true, "period", SAMPLE_MILLIS + " ms");
    put(all, ALLOCATION_SAMPLE, true, "throttle", "300/s");
    for (String wait : new String[] {MONITOR_ENTER, PARK}) {
      put(all, wait, true, "threshold", "1 ms");
    }
    // What is quicker is many times as much, and little time.
    for (String call : new String[] {SOCKET_READ, SOCKET_WRITE, FILE_READ, FILE_WRITE}) {
      put(all, call, true, "threshold", "100 us");
    }
    put(all, COLLECTION, false, "threshold", "0 ms");
    put(all, COMPILER, false, "period", "1 s");
    return all;
  }

  private static void put(
      Map<String, String> all, String event, boolean stackTrace, String setting, String value) {
    all.put(event + "#enabled", "true");
    all.put(event + "#" + setting, value);
    if (stackTrace) {
      all.put(event + "#stackTrace", "true");
    }
  }
}
