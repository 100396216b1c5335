// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** The configuration of a cluster of this machine. The manual says of each key why it is set. */
final class FlinkConfig {

  /** All in MiB. */
  static final int JOB_MANAGER_HEAP = 256;

  private static final int FRAMEWORK_HEAP = 64;
  private static final int NETWORK_OF_SLOT = 64;
  private static final int OFF_HEAP = 64;

  /** What RocksDB and sorting share. */
  private static final int MANAGED = 128;

  static final int METASPACE = 256;
  private static final int OVERHEAD = 128;

  /** Some less than the 248 days that Flink's scheduler can wait. */
  private static final Duration STARTING = Duration.ofDays(200);

  /** Jobs that have ended of which the JobManager knows: it keeps half a MB of metrics of each. */
  private static final int ENDED_JOBS = 50;

  /** For how long at least a TaskManager keeps the jar of a job that has ended: 97 MB each. */
  private static final Duration ENDED_JARS = Duration.ofMinutes(1);

  static final String LOOPBACK = "127.0.0.1";

  private FlinkConfig() {}

  /** The file {@code config.yaml}. */
  static String yaml(ClusterFolder folder, Properties cluster) {
    StringBuilder text = new StringBuilder();
    keys(folder.path(), cluster)
        .forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    return text.toString();
  }

  private static Map<String, Object> keys(Path folder, Properties cluster) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("rest.address", LOOPBACK);
    keys.put("rest.bind-address", LOOPBACK);
    keys.put("rest.port", cluster.getProperty("port"));
    keys.put("rest.bind-port", cluster.getProperty("port"));
    keys.put("jobmanager.rpc.address", LOOPBACK);
    keys.put("jobmanager.bind-host", LOOPBACK);
    keys.put("jobmanager.rpc.port", cluster.getProperty("rpc"));
    keys.put("taskmanager.host", LOOPBACK);
    keys.put("taskmanager.bind-host", LOOPBACK);

    keys.put("taskmanager.numberOfTaskSlots", cluster.getProperty("slots"));
    keys.put("parallelism.default", 1);
    keys.put("restart-strategy.type", "failure-rate");
    keys.put("restart-strategy.failure-rate.max-failures-per-interval", 5);
    keys.put("restart-strategy.failure-rate.failure-rate-interval", "10 min");
    keys.put("restart-strategy.failure-rate.delay", "2 s");
    keys.put("slot.request.timeout", 60_000);
    keys.put("resourcemanager.standalone.start-up-time", STARTING.toMillis());
    keys.put("heartbeat.interval", 2_000);
    keys.put("heartbeat.timeout", 20_000);
    keys.put("taskmanager.slot.timeout", "10 s");
    keys.put("pekko.ask.timeout", "60 s");
    keys.put("cluster.registration.error-delay", 500);
    keys.put("metrics.fetcher.update-interval", 1_000);
    keys.put("jobstore.max-capacity", ENDED_JOBS);
    keys.put("blob.service.cleanup.interval", ENDED_JARS.toSeconds());

    keys.put("state.backend.type", "rocksdb");
    keys.put("state.backend.incremental", true);
    keys.put("state.checkpoints.dir", quoted(folder.resolve("checkpoints").toUri()));
    keys.put("state.savepoints.dir", quoted(folder.resolve("savepoints").toUri()));
    keys.put("io.tmp.dirs", quoted(folder.resolve("tmp")));
    keys.put("web.upload.dir", quoted(folder.resolve("tmp")));

    int heap = Integer.parseInt(cluster.getProperty("heap"));
    keys.put("jobmanager.memory.heap.size", JOB_MANAGER_HEAP + "m");
    keys.put("taskmanager.cpu.cores", cluster.getProperty("slots"));
    keys.put("taskmanager.memory.framework.heap.size", FRAMEWORK_HEAP + "m");
    keys.put("taskmanager.memory.task.heap.size", heap - FRAMEWORK_HEAP + "m");
    keys.put("taskmanager.memory.framework.off-heap.size", OFF_HEAP + "m");
    keys.put("taskmanager.memory.task.off-heap.size", OFF_HEAP + "m");
    keys.put("taskmanager.memory.network.min", network(cluster) + "m");
    keys.put("taskmanager.memory.network.max", network(cluster) + "m");
    keys.put("taskmanager.memory.managed.size", MANAGED + "m");
    keys.put("taskmanager.memory.jvm-metaspace.size", METASPACE + "m");
    keys.put("taskmanager.memory.jvm-overhead.min", OVERHEAD + "m");
    keys.put("taskmanager.memory.jvm-overhead.max", OVERHEAD + "m");
    return keys;
  }

  /** A shuffle of a bounded job takes at least 512 buffers of 32 KiB for each task and output. */
  private static int network(Properties cluster) {
    return NETWORK_OF_SLOT * (1 + Integer.parseInt(cluster.getProperty("slots")));
  }

  /** What a TaskManager may take of direct memory: Flink's, its network's and the job's own. */
  static int direct(Properties cluster) {
    return network(cluster) + 2 * OFF_HEAP;
  }

  /** Within single quotes YAML takes all but these as they are. */
  private static String quoted(Object value) {
    return "'" + value.toString().replace("'", "''") + "'";
  }

  /** The file {@code log4j.properties}: one file a process, rolled at 10 MB. */
  static String log4j() {
    return """
        monitorInterval = 0
        rootLogger.level = INFO
        rootLogger.appenderRef.file.ref = File
        logger.pekko.name = org.apache.pekko
        logger.pekko.level = INFO
        logger.netty.name = org.jboss.netty.channel.DefaultChannelPipeline
        logger.netty.level = OFF
        appender.file.name = File
        appender.file.type = RollingFile
        appender.file.append = true
        appender.file.fileName = ${sys:log.file}
        appender.file.filePattern = ${sys:log.file}.%i
        appender.file.layout.type = PatternLayout
        appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS} %-5p %c{1} - %m%n
        appender.file.policies.type = Policies
        appender.file.policies.size.type = SizeBasedTriggeringPolicy
        appender.file.policies.size.size = 10MB
        appender.file.strategy.type = DefaultRolloverStrategy
        appender.file.strategy.max = 3
        """;
  }
}
