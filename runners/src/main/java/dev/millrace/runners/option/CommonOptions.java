// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import dev.millrace.block.Blocks;
import dev.millrace.control.BlockProfile;
import dev.millrace.control.ByteSize;
import dev.millrace.monitor.dashboard.Address;
import dev.millrace.runners.console.UsageException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that every command takes. */
public final class CommonOptions {

  /** Of the parallelism, until somebody who knows where it runs says better. */
  public static final int NOT_GIVEN = 0;

  public static final int MOST_PARALLELISM = 1024;

  @Option(
      names = "--runner",
      paramLabel = "RUNNER",
      defaultValue = "direct",
      converter = Target.Converter.class,
      description = {
        "direct (default) or flink, both within this process, or",
        "flink://HOST:PORT, a Flink cluster by the port of its web UI."
      })
  public Target runner = Target.DIRECT;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = {
        "Splits worked on at a time; default: the processors of this machine, divided",
        "among pipelines that run at a time; on a cluster its free slots."
      })
  public int parallelism = NOT_GIVEN;

  /** The parallelism of a pipeline beside which no other runs, once it is known where it runs. */
  public int alone = NOT_GIVEN;

  @Option(
      names = "--detached",
      description = "On a cluster: submit the job, print its id and return.")
  public boolean detached;

  @Option(
      names = "--block-size",
      paramLabel = "SIZE",
      converter = ByteSizeConverter.class,
      description = "Target size of a block, 64KiB to 512MiB; default: 1MiB.")
  private @Nullable ByteSize blockSize;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      converter = ProfileConverter.class,
      description = {
        "In place of --block-size: etl (32MiB), analytics (128MiB), image (256MiB), ml (512MiB)",
        "or constrained (256KiB)."
      })
  private @Nullable BlockProfile profile;

  @Option(
      names = "--deadline",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = {
        "Stop in order if the run has not ended by then, as in 90s, 10min, 2h; exit code 1,",
        "or 0 with --follow, which has no other end. Default: none."
      })
  public @Nullable Duration deadline;

  @Option(
      names = "--check-elements",
      description = {
        "On the direct runner: check that no step changes a block, and that each can be",
        "encoded. Slower, and takes more memory; default: not, as tests do."
      })
  public boolean checkElements;

  @Option(names = "--dry-run", description = "Check everything and say what would be done.")
  public boolean dryRun;

  @Option(names = "--json", description = "End with the summary as one JSON object.")
  public boolean json;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description = {
        "The file to keep what is known of runs in, or none;",
        "default: millrace/history.db in $XDG_STATE_HOME or ~/.local/state."
      })
  public String history = "";

  @Option(
      names = "--fail-on-regression",
      description = {
        "Compare the run with those like it in the history, and end with exit code 6 if it was",
        "slower or took more; with less than 8 of them say so."
      })
  public boolean failOnRegression;

  @Option(
      names = "--dashboard",
      paramLabel = "[HOST:]PORT",
      arity = "0..1",
      fallbackValue = "9480",
      converter = DashboardOptions.AddressConverter.class,
      description = {
        "Serve a page with this run, and the others of the history, while it runs;",
        "at port 9480 of 127.0.0.1 unless another is said, 0 for any that is free."
      })
  public @Nullable Address dashboard;

  @Mixin public DashboardOptions dashboardOptions = new DashboardOptions();

  @Option(
      names = "--record",
      paramLabel = "DIR",
      arity = "0..1",
      fallbackValue = ".",
      description = {
        "Record this process while it runs, with the JDK's flight recorder, and make a profile",
        "of it by stage: RUN.jfr, RUN.profile.json and RUN.profile.html, a flame graph, in DIR;",
        "default: the working folder."
      })
  public @Nullable String record;

  @Option(
      names = "--alerts",
      paramLabel = "FILE",
      description = {
        "A YAML file of alerts, besides the built-in ones or in their place; see the manual."
      })
  public String alerts = "";

  @Option(
      names = "--alert-webhook",
      paramLabel = "URL",
      description = {
        "Where to post alerts that fire or are resolved, as Prometheus' Alertmanager does,",
        "signed with MILLRACE_ALERT_SECRET, or what the file MILLRACE_ALERT_SECRET_FILE holds."
      })
  public String alertWebhook = "";

  @Option(
      names = "--fail-on-alert",
      description = "Exit code 6 if a critical alert fired, and nothing else failed.")
  public boolean failOnAlert;

  @Mixin ProjectFileOptions file = new ProjectFileOptions();

  @Option(
      names = {"-v", "--verbose"},
      description = "Show the log, and the stack trace of a failure.")
  public boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      description = "Show errors only.")
  public boolean quiet;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  /**
   * The size to cut blocks at.
   *
   * @throws UsageException if it was said twice
   */
  public ByteSize blockSize() {
    if (profile == null) {
      return blockSize == null ? Blocks.DEFAULT_SIZE : blockSize;
    }
    if (blockSize != null) {
      throw new UsageException(
          "Invalid --profile: %s (must be left out with --block-size)".formatted(profile));
    }
    return profile.blockSize();
  }

  /**
   * Refuses to record this process where it is not the one that does the work.
   *
   * @param when it is to be left out, and why, as in {@code with X, which does Y}
   * @throws UsageException if it was to be recorded
   */
  public void mustNotRecord(String when) {
    if (record != null) {
      throw new UsageException(
          "Invalid --record: %s (must be left out %s)".formatted(record, when));
    }
  }

  /** Whether more than the usual alerts is wanted. */
  public boolean wantsAlerts() {
    return failOnAlert || !alerts.isEmpty() || !alertWebhook.isEmpty();
  }

  static final class ProfileConverter extends WordConverter<BlockProfile> {
    ProfileConverter() {
      super(BlockProfile.class);
    }
  }

  public static final class PositiveConverter implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      if (value.matches("[1-9]\\d{0,3}") && Integer.parseInt(value) <= MOST_PARALLELISM) {
        return Integer.valueOf(value);
      }
      throw new TypeConversionException("must be a whole number from 1 to " + MOST_PARALLELISM);
    }
  }

  static final class ByteSizeConverter implements ITypeConverter<ByteSize> {
    private static final ByteSize LEAST = ByteSize.ofKibibytes(64);
    private static final ByteSize MOST = ByteSize.ofMebibytes(512);

    @Override
    public ByteSize convert(String value) {
      try {
        ByteSize size = ByteSize.parse(value);
        if (size.compareTo(LEAST) >= 0 && size.compareTo(MOST) <= 0) {
          return size;
        }
      } catch (IllegalArgumentException e) {
        // Falls through to the sentence that names the range as well as the form.
      }
      throw new TypeConversionException("must be from " + LEAST + " to " + MOST + ", as in 1MiB");
    }
  }
}
