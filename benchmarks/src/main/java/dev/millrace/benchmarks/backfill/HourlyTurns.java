// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.LineProcess;
import dev.millrace.benchmarks.measure.MillraceCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A contender of the hourly benchmark, who makes the newest hours at each turn. */
interface HourlyTurns extends AutoCloseable {

  /** How each says that a turn is over; the same of all. */
  Pattern OVER = Pattern.compile("exit code (\\d+)");

  /** For a turn on a busy machine. */
  Duration DEADLINE = Duration.ofMinutes(5);

  /**
   * Makes what is new.
   *
   * @return its exit code
   */
  int next(LocalDate day) throws IOException, InterruptedException;

  /** What it said last. */
  String said();

  /** The process that stays from turn to turn; known after the first. */
  long pid();

  @Override
  void close() throws InterruptedException;

  /** One JVM, which is told of each day. */
  static HourlyTurns naive(String jdbcUrl, int parallelism, List<String> jvmFlags)
      throws IOException {
    LineProcess process =
        LineProcess.start(
            new ChildJvm(HourlyMain.class, jvmFlags, DEADLINE)
                .command(List.of(jdbcUrl, String.valueOf(parallelism))));
    return new InOneJvm(process, List.of());
  }

  /** One JVM, which is told of a command at each turn. */
  static HourlyTurns repeated(
      MillraceCommand command, Environment environment, List<String> jvmFlags, List<String> words)
      throws IOException {
    LineProcess process =
        LineProcess.start(environment.of(command.with(jvmFlags, List.of("repeat"))));
    return new InOneJvm(process, words);
  }

  /** A scheduler, which begins a run each second unless one is on its way. */
  static HourlyTurns scheduled(
      MillraceCommand command,
      Environment environment,
      List<String> jvmFlags,
      int runs,
      List<String> words) {
    List<String> all =
        new ArrayList<>(
            List.of("schedule", "--cron=* * * * * *", "--catch-up=latest", "--runs=" + runs, "--"));
    all.addAll(words);
    return new Scheduled(environment.of(command.with(jvmFlags, all)));
  }

  /** A client in a JVM that stays, whose work is done by a cluster. */
  static HourlyTurns onCluster(HourlyTurns client, long taskManager) {
    return new OnCluster(client, taskManager);
  }

  /**
   * Where processes keep what they know of runs, and of schedules.
   *
   * @param state a folder
   */
  record Environment(Path state) {
    ProcessBuilder of(ProcessBuilder builder) {
      builder.environment().put("XDG_STATE_HOME", state.toString());
      builder.environment().put("MILLRACE_HISTORY", state.resolve("history.db").toString());
      return builder;
    }
  }

  /** It has one word to say what it is to do: the day, or those of its command. */
  record InOneJvm(LineProcess process, List<String> words) implements HourlyTurns {
    @Override
    public int next(LocalDate day) throws IOException, InterruptedException {
      process.say(words.isEmpty() ? day.toString() : String.join("\t", words));
      return Integer.parseInt(process.await(OVER, DEADLINE).group(1));
    }

    @Override
    public String said() {
      return process.said();
    }

    @Override
    public long pid() {
      return process.pid();
    }

    @Override
    public void close() throws InterruptedException {
      process.close();
    }
  }

  /** What stays is not the client. */
  record OnCluster(HourlyTurns client, long pid) implements HourlyTurns {
    @Override
    public int next(LocalDate day) throws IOException, InterruptedException {
      return client.next(day);
    }

    @Override
    public String said() {
      return client.said();
    }

    @Override
    public void close() throws InterruptedException {
      client.close();
    }
  }

  /** It starts when the first hour is there, and goes on by itself. */
  final class Scheduled implements HourlyTurns {
    private final ProcessBuilder builder;
    private @Nullable LineProcess process;

    private Scheduled(ProcessBuilder builder) {
      this.builder = builder;
    }

    @Override
    public int next(LocalDate day) throws IOException, InterruptedException {
      if (process == null) {
        process = LineProcess.start(builder);
      }
      return Integer.parseInt(process.await(OVER, DEADLINE).group(1));
    }

    @Override
    public String said() {
      return started().said();
    }

    @Override
    public long pid() {
      return started().pid();
    }

    @Override
    public void close() throws InterruptedException {
      if (process != null) {
        process.close();
      }
    }

    private LineProcess started() {
      if (process == null) {
        throw new IllegalStateException("Cannot tell of a process that was not started");
      }
      return process;
    }
  }
}
