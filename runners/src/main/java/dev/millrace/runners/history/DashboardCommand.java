// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.history;

import dev.millrace.monitor.dashboard.Dashboard;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Logs;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.option.NumberConverter;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace dashboard}. */
@Command(
    name = "dashboard",
    description =
        "Serves a page with the runs of this machine, at an address of this machine only.")
public final class DashboardCommand extends KeptRunsCommand {

  @Option(
      names = "--port",
      paramLabel = "PORT",
      converter = NumberConverter.PortOrAnyFree.class,
      description = "The port to listen at, or 0 for any that is free; default: 9480.")
  int port = Dashboard.DEFAULT_PORT;

  public DashboardCommand(Console console) {
    super(console);
  }

  @Override
  int answer() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    try (Stop stop = Stop.onSignals();
        Logs logs = Logs.to(console(), false, true);
        Dashboard dashboard = Dashboard.start(file(), port)) {
      stop.setAction(stopped::countDown);
      console().out().println("The dashboard is at " + dashboard.url() + "; end it with Ctrl-C.");
      stopped.await();
      return ExitCode.STOPPED;
    }
  }
}
