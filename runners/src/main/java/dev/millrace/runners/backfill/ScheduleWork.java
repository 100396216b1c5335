// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import com.google.common.hash.Hashing;
import dev.millrace.runners.backfill.ScheduleCommand.CatchUp;
import dev.millrace.runners.child.Child;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command at given times, each time as a process. The last time that was begun is kept in a
 * file, so that whoever comes after a pause knows what was missed.
 *
 * @param folder for the file; there is one for each expression and command
 */
record ScheduleWork(ScheduleCommand command, Children children, CronTimes times, Path folder)
    implements Work {

  /** Times to catch up with, at most. */
  private static final int MOST_MISSED = 1_000;

  private static final Duration TERM = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofSeconds(30);

  @Override
  public Outcome run(Run run) throws Exception {
    if (run.options().dryRun) {
      Instant now = Instant.now();
      List<String> lines = new ArrayList<>();
      times.between(now, now.plus(Duration.ofDays(400)), MOST_MISSED).stream()
          .limit(5)
          .forEach(time -> lines.add("Would run at " + time));
      return Outcome.planned(lines.toArray(String[]::new));
    }
    return new Course(run).toEnd();
  }

  /** A run that ended. */
  private record End(Instant time, int exitCode) {}

  /** Runs on their way. All but the children's threads is done by one thread. */
  private final class Course {
    private final Run run;
    private final Path file;
    private final Deque<Instant> waiting = new ArrayDeque<>();
    private final BlockingQueue<End> ends = new LinkedBlockingQueue<>();
    private final List<Thread> running = new ArrayList<>();
    private int begun;
    private int failed;
    private int missed;

    Course(Run run) {
      this.run = run;
      String identity =
          command.cron + "\n" + command.zone + "\n" + String.join("\n", command.command);
      String name = Hashing.sha256().hashString(identity, StandardCharsets.UTF_8).toString();
      this.file = folder.resolve(name.substring(0, 16));
    }

    Outcome toEnd() throws IOException, InterruptedException {
      Thread self = Thread.currentThread();
      run.stop().setAction(self::interrupt);
      Instant last = last();
      try {
        while (command.runs == null || begun < command.runs || !running.isEmpty()) {
          Instant now = Instant.now();
          List<Instant> due = times.between(last, now, MOST_MISSED);
          if (!due.isEmpty()) {
            last = due.get(due.size() - 1);
            admit(due);
          }
          beginWhatMay();
          await(last);
        }
      } catch (InterruptedException stopped) {
        for (Thread each : List.copyOf(running)) {
          each.interrupt();
        }
        for (Thread each : List.copyOf(running)) {
          each.join(TERM.plus(LOOK).toMillis());
        }
        throw stopped;
      }
      return outcome();
    }

    /**
     * More than one, or one whose minute is over, was missed: nobody was there, or all were busy.
     */
    private void admit(List<Instant> due) {
      List<Instant> late = new ArrayList<>(due.subList(0, due.size() - 1));
      Instant newest = due.get(due.size() - 1);
      boolean isLate = newest.isBefore(Instant.now().minus(LOOK).minus(LOOK));
      if (isLate) {
        late.add(newest);
      }
      if (!late.isEmpty()) {
        missed += late.size();
        run.tell(
            "%,d times were missed, from %s to %s; catching up: %s"
                .formatted(late.size(), late.get(0), late.get(late.size() - 1), command.catchUp));
      }
      if (command.catchUp == CatchUp.ALL) {
        waiting.addAll(due);
      } else if (command.catchUp == CatchUp.LATEST || !isLate) {
        if (!waiting.isEmpty()) {
          missed += waiting.size();
          waiting.clear();
        }
        waiting.add(newest);
      }
    }

    private void beginWhatMay() throws IOException {
      while (!waiting.isEmpty()
          && running.size() < command.concurrent
          && (command.runs == null || begun < command.runs)) {
        Instant time = waiting.remove();
        keep(time);
        begun++;
        Thread thread = new Thread(() -> child(time), "millrace-scheduled");
        running.add(thread);
        thread.start();
      }
    }

    private void child(Instant time) {
      int exitCode = ExitCode.FAILED;
      try {
        if (command.jitter != null && !command.jitter.isZero()) {
          TimeUnit.MILLISECONDS.sleep(
              ThreadLocalRandom.current().nextLong(command.jitter.toMillis() + 1));
        }
        ProcessBuilder builder =
            children.watched(run.console(), command.jvmFlags.words(), command.command);
        Child.Patience patience = new Child.Patience(command.timeout, TERM, TERM);
        String prefix = "[%s] ".formatted(time.truncatedTo(ChronoUnit.SECONDS));
        Child.Result result = new Child(builder, patience, line -> run.tell(prefix + line)).run();
        if (!result.answer().isEmpty()) {
          run.tell(prefix + result.answer());
        }
        if (!result.end().isEmpty()) {
          run.tell(prefix + "ended: " + result.end());
        }
        exitCode = result.exitCode();
      } catch (IOException e) {
        run.tell("Cannot begin the run of %s: %s".formatted(time, e.getMessage()));
      } catch (InterruptedException stopped) {
        exitCode = ExitCode.STOPPED;
      }
      ends.add(new End(time, exitCode));
    }

    /** Until a run ends, or the next time comes. */
    private void await(Instant last) throws InterruptedException {
      long millis =
          times
              .after(last)
              .map(next -> Duration.between(Instant.now(), next).toMillis() + 1)
              .orElse(LOOK.toMillis());
      // A clock may be put back or forward meanwhile, or the machine sleep.
      End end = ends.poll(Math.max(1, Math.min(millis, LOOK.toMillis())), TimeUnit.MILLISECONDS);
      while (end != null) {
        running.removeIf(thread -> !thread.isAlive() || ended(thread));
        failed += end.exitCode() == ExitCode.DONE ? 0 : 1;
        run.tell("The run of %s ended with exit code %d".formatted(end.time(), end.exitCode()));
        end = ends.poll();
      }
    }

    /** It has told its end, and has nothing else to do. */
    private boolean ended(Thread thread) {
      try {
        thread.join(1_000);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
      return !thread.isAlive();
    }

    /** When this schedule last began a run; now, if it never did. */
    private Instant last() throws IOException {
      try {
        return Files.exists(file) ? Instant.parse(Files.readString(file).strip()) : Instant.now();
      } catch (DateTimeParseException e) {
        throw new IllegalStateException(
            "Cannot read %s: it does not hold a time; delete it to begin anew".formatted(file), e);
      }
    }

    private void keep(Instant time) throws IOException {
      Files.createDirectories(folder);
      Path next = file.resolveSibling(file.getFileName() + ".next");
      Files.writeString(next, time + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Outcome outcome() {
      Map<String, Object> details = new LinkedHashMap<>();
      details.put("runs", begun);
      details.put("runs_failed", failed);
      details.put("times_missed", missed);
      return new Outcome(
          Counts.NONE,
          List.of("%,d runs, %,d failed; %,d times missed".formatted(begun, failed, missed)),
          details,
          failed == 0 ? ExitCode.DONE : ExitCode.FAILED);
    }
  }
}
