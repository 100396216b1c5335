// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.control.ByteSize;
import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.NumberConverter;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code millrace flink up}. */
@Command(
    name = "up",
    sortOptions = false,
    description = "Starts a cluster and returns once it is ready; what dies is replaced.")
final class FlinkUpCommand extends ClusterCommand {

  private static final int DEFAULT_TASK_MANAGERS = 2;
  private static final int DEFAULT_SLOTS = 2;

  @Option(
      names = "--taskmanagers",
      paramLabel = "N",
      converter = CommonOptions.PositiveConverter.class,
      description = "TaskManagers, each a process; default: 2.")
  @Nullable Integer taskManagers;

  @Option(
      names = "--slots",
      paramLabel = "N",
      converter = CommonOptions.PositiveConverter.class,
      description = "Slots of each TaskManager; default: 2.")
  @Nullable Integer slots;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      converter = NumberConverter.Port.class,
      description = "The port of web UI and REST; default: 8081, or another if that is taken.")
  int port;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      converter = HeapConverter.class,
      description = "The heap of each TaskManager, 256MiB to 64GiB; default: 512MiB.")
  int heapMebibytes = 512;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      converter = NumberConverter.Port.class,
      description = {
        "Each job serves what it measures in a TaskManager at the first port from this on that is",
        "free, of a hundred, as http://127.0.0.1:PORT/metrics; default: it does not."
      })
  int metricsPort;

  FlinkUpCommand(Console console) {
    super(console);
  }

  @Override
  Outcome work(FlinkCluster cluster, Stop stop) throws Exception {
    Optional<FlinkCluster.State> running = running(cluster);
    if (running.isPresent()) {
      FlinkCluster.State state = running.get();
      requireSame(state);
      return told(state, "A cluster runs already");
    }
    FlinkCluster.Settings settings =
        new FlinkCluster.Settings(
            Packaged.flinkJars(),
            taskManagers == null ? DEFAULT_TASK_MANAGERS : taskManagers,
            slots == null ? DEFAULT_SLOTS : slots,
            port,
            heapMebibytes,
            metricsPort);
    long start = System.nanoTime();
    FlinkCluster.State state = cluster.up(settings, stop::isRequested);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (port == 0 && state.port() != FlinkCluster.USUAL_PORT) {
      console()
          .err()
          .printf("Port %d is taken; the cluster has another.%n", FlinkCluster.USUAL_PORT);
    }
    return told(state, String.format(Locale.ROOT, "A cluster is up after %.1f s", seconds));
  }

  private static Optional<FlinkCluster.State> running(FlinkCluster cluster) throws IOException {
    Optional<FlinkCluster.State> state = cluster.state();
    if (state.isPresent() && !state.get().supervised()) {
      if (state.get().members().stream().anyMatch(FlinkCluster.Member::alive)) {
        throw new IllegalStateException(
            "Cannot start a cluster: parts of one run without their supervisor; end them with"
                + " `millrace flink down`");
      }
      return Optional.empty();
    }
    return state;
  }

  private void requireSame(FlinkCluster.State state) {
    boolean same =
        (taskManagers == null || taskManagers == state.taskManagers())
            && (slots == null || slots == state.slots())
            && (port == 0 || port == state.port());
    if (!same) {
      throw new UsageException(
          "Cannot start a cluster: one with %d TaskManagers of %d slots runs already at %s; end it"
                  .formatted(state.taskManagers(), state.slots(), state.address())
              + " with `millrace flink down`");
    }
  }

  private static Outcome told(FlinkCluster.State state, String what) {
    return new Outcome(
        Counts.NONE,
        List.of(
            "%s: %d TaskManagers of %d slots".formatted(what, state.taskManagers(), state.slots()),
            "  web UI  http://" + state.address(),
            "  run     millrace flink submit sync ... (or --runner=flink://%s)"
                .formatted(state.address()),
            "  logs    " + state.folder().resolve("log"),
            "  end     millrace flink down"),
        Map.of(
            "address",
            state.address(),
            "taskmanagers",
            state.taskManagers(),
            "slots",
            state.taskManagers() * state.slots(),
            "dir",
            state.folder().toString()),
        ExitCode.DONE);
  }

  static final class HeapConverter implements ITypeConverter<Integer> {
    private static final long LEAST = 256;
    private static final long MOST = 64 << 10;

    @Override
    public Integer convert(String value) {
      try {
        long mebibytes = ByteSize.parse(value).bytes() >> 20;
        if (mebibytes >= LEAST && mebibytes <= MOST) {
          return (int) mebibytes;
        }
      } catch (IllegalArgumentException e) {
        // Falls through to the sentence that names the range as well as the form.
      }
      throw new TypeConversionException("must be from 256MiB to 64GiB, as in 1GiB");
    }
  }
}
