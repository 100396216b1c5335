// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.history;

import dev.millrace.monitor.dashboard.DashboardException;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.HistoryException;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.history.RunFilter;
import dev.millrace.monitor.history.RunLine;
import dev.millrace.monitor.report.ReportException;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.HistoryFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** A command that reads the history, and runs nothing. */
abstract class KeptRunsCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description = "The file that runs are kept in; default: as for runs.")
  String history = "";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  KeptRunsCommand(Console console) {
    this.console = console;
  }

  /** Does it, and says how it ended. */
  abstract int answer() throws InterruptedException;

  Console console() {
    return console;
  }

  @Override
  public final Integer call() throws InterruptedException {
    try {
      return answer();
    } catch (UsageException e) {
      console.err().println(e.getMessage());
      return ExitCode.USAGE;
    } catch (HistoryException | ReportException | DashboardException e) {
      console.err().println(e.getMessage());
      return ExitCode.FAILED;
    }
  }

  /**
   * Opens a history that is there.
   *
   * @throws UsageException if there is none
   */
  History open() {
    Path file = file();
    if (!Files.exists(file)) {
      throw new UsageException(
          "Cannot read the history %s: there is none yet; the first run begins it".formatted(file));
    }
    return History.open(file);
  }

  /** Where the history is, or will be. */
  Path file() {
    if (history.equals(HistoryFile.NONE)) {
      throw new UsageException("Invalid --history: none (must be a file, as there is one to read)");
    }
    return history.isEmpty() ? HistoryFile.usual(console) : Path.of(history);
  }

  /**
   * A run by its id, by the beginning of it that only one has, or by {@code latest}.
   *
   * @throws UsageException if there is no such run, or are several
   */
  static RunDetail find(History history, String wanted) {
    List<RunLine> all = history.runs(RunFilter.latest(History.MOST_RUNS + 1));
    List<RunLine> found =
        wanted.equals("latest")
            ? all.stream().limit(1).toList()
            : all.stream().filter(each -> each.id().startsWith(wanted)).toList();
    if (found.size() > 1) {
      throw new UsageException(
          "Invalid run: %s (must be the id of one run; %d begin like that)"
              .formatted(wanted, found.size()));
    }
    return found.stream()
        .findFirst()
        .flatMap(line -> history.run(line.id()))
        .orElseThrow(
            () ->
                new UsageException(
                    "Invalid run: %s (must be the id of a run that `millrace history` lists)"
                        .formatted(wanted)));
  }
}
