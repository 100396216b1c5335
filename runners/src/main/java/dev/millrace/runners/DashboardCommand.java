// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.monitor.dashboard.Dashboard;
import dev.millrace.monitor.dashboard.DashboardException;
import dev.millrace.monitor.history.HistoryException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace dashboard}. */
@Command(
    name = "dashboard",
    description =
        "Serves a page with the runs of this machine, at an address of this machine only.")
final class DashboardCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      converter = PortConverter.class,
      description = "The port to listen at, or 0 for any that is free; default: 9480.")
  int port = Dashboard.DEFAULT_PORT;

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

  DashboardCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    try (Stop stop = Stop.onSignals();
        Logs logs = Logs.to(console, false, true);
        Dashboard dashboard = Dashboard.start(HistoryCommand.file(console, history), port)) {
      stop.setAction(stopped::countDown);
      console.out().println("The dashboard is at " + dashboard.url() + "; end it with Ctrl-C.");
      stopped.await();
      return ExitCode.STOPPED;
    } catch (UsageException e) {
      console.err().println(e.getMessage());
      return ExitCode.USAGE;
    } catch (HistoryException | DashboardException e) {
      console.err().println(e.getMessage());
      return ExitCode.FAILED;
    }
  }
}
