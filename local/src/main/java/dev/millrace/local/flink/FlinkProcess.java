// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/** The command lines of a cluster's processes. */
final class FlinkProcess {

  /** What a command line of this cluster, and of no other, holds. */
  static final String MARK = "-Dmillrace.cluster=";

  private static final String JOB_MANAGER_MAIN =
      "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
  private static final String TASK_MANAGER_MAIN =
      "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";

  // Flink's own list, of its bin/config.sh and conf/config.yaml, as far as its jars need it, and
  // what Arrow needs.
  private static final List<String> OPENED =
      List.of(
          "java.base/java.lang",
          "java.base/java.net",
          "java.base/java.io",
          "java.base/java.nio",
          "java.base/sun.nio.ch",
          "java.base/java.lang.reflect",
          "java.base/java.text",
          "java.base/java.time",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/java.util.concurrent.locks");

  /**
   * A process ends when its RPC has not started after 10 s, which a busy machine may take. Flink's
   * own {@code pekko.startup-timeout} sets a key that is not read.
   */
  private static final String STARTS_SLOWLY = "-Dpekko.remote.classic.startup-timeout=120s";

  private static final int JOB_MANAGER_PROCESSORS = 4;

  private static final Pattern FOREIGN =
      Pattern.compile("(FLINK|MILLRACE)_.*|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|_JAVA_OPTIONS");

  /** One for each job at work in each TaskManager. */
  private static final int METRICS_PORTS = 100;

  private static final int HIGHEST_PORT = 65_535;

  private final ClusterFolder folder;
  private final Properties cluster;

  FlinkProcess(ClusterFolder folder, Properties cluster) {
    this.folder = folder;
    this.cluster = cluster;
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  Process startJobManager() throws IOException {
    List<String> jvm =
        List.of(
            "-Xmx" + FlinkConfig.JOB_MANAGER_HEAP + "m",
            "-XX:MaxMetaspaceSize=256m",
            "-XX:+UseSerialGC",
            // It has nothing to do for long enough that the optimising compiler would pay.
            "-XX:TieredStopAtLevel=1",
            processors(JOB_MANAGER_PROCESSORS));
    return start(ClusterFolder.JOB_MANAGER, jvm, JOB_MANAGER_MAIN, List.of());
  }

  /**
   * Starts a TaskManager.
   *
   * @param name of the process
   * @param id its name within Flink, which none had before
   */
  Process startTaskManager(String name, String id) throws IOException {
    int heap = Integer.parseInt(cluster.getProperty("heap"));
    List<String> jvm = new ArrayList<>();
    int metrics = Integer.parseInt(cluster.getProperty("metrics", "0"));
    if (metrics > 0) {
      int last = Math.min(metrics + METRICS_PORTS - 1, HIGHEST_PORT);
      jvm.add("-Dmillrace.metrics.port=" + metrics + "-" + last);
    }
    jvm.addAll(
        List.of(
            "-Xmx" + heap + "m",
            "-XX:MaxDirectMemorySize=" + FlinkConfig.direct(cluster) + "m",
            "-XX:MaxMetaspaceSize=" + FlinkConfig.METASPACE + "m",
            "-XX:+UseParallelGC",
            processors(2 + 2 * Integer.parseInt(cluster.getProperty("slots")))));
    return start(name, jvm, TASK_MANAGER_MAIN, List.of("-Dtaskmanager.resource-id=" + id));
  }

  /**
   * How many processors a process takes itself to have. Flink opens threads and hundreds of files
   * for each: more than a process may have, on a machine of many processors and low limits.
   */
  private static String processors(int most) {
    int processors = Math.min(most, Runtime.getRuntime().availableProcessors());
    return "-XX:ActiveProcessorCount=" + processors;
  }

  /**
   * Takes out of the caller's environment what would change a cluster, as a garbage collector that
   * contradicts ours, or holds a password.
   */
  static void clean(Map<String, String> environment) {
    environment.keySet().removeIf(FOREIGN.asMatchPredicate());
  }

  private Process start(String name, List<String> jvm, String main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(java(), MARK + cluster.getProperty("id")));
    command.addAll(jvm);
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add(STARTS_SLOWLY);
    OPENED.forEach(opened -> command.add("--add-opens=" + opened + "=ALL-UNNAMED"));
    command.add("-Dlog.file=" + folder.log(name));
    command.add("-Dlog4j.configurationFile=" + folder.conf().resolve("log4j.properties").toUri());
    command.addAll(List.of("-cp", Path.of(cluster.getProperty("lib")).resolve("*").toString()));
    command.addAll(List.of(main, "--configDir", folder.conf().toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.temporary().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.out(name).toFile()));
    clean(builder.environment());
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }
}
