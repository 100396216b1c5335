// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.history;

import dev.millrace.monitor.dashboard.Access;
import dev.millrace.monitor.dashboard.Address;
import dev.millrace.monitor.dashboard.Dashboard;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Logs;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.DashboardOptions;
import dev.millrace.runners.option.NumberConverter;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace dashboard}. */
@Command(
    name = "dashboard",
    description =
        "Serves a page with the runs of this machine, at 127.0.0.1 unless --address is given.")
public final class DashboardCommand extends KeptRunsCommand {

  @Option(
      names = "--port",
      paramLabel = "PORT",
      converter = NumberConverter.PortOrAnyFree.class,
      description = "The port to listen at, or 0 for any that is free; default: 9480.")
  @Nullable Integer port;

  @Option(
      names = "--address",
      paramLabel = "HOST[:PORT]",
      converter = DashboardOptions.AddressConverter.class,
      description = {
        "Where to listen, in place of --port; what other machines reach needs a token and a",
        "certificate."
      })
  @Nullable Address address;

  @Mixin DashboardOptions options = new DashboardOptions();

  public DashboardCommand(Console console) {
    super(console);
  }

  @Override
  int answer() throws InterruptedException {
    Access access = options.access(address(), console().environment());
    CountDownLatch stopped = new CountDownLatch(1);
    try (Stop stop = Stop.onSignals();
        Logs logs = Logs.to(console(), false, true);
        Dashboard dashboard = Dashboard.start(file(), access)) {
      stop.setAction(stopped::countDown);
      console().out().println("The dashboard is at " + dashboard.url() + "; end it with Ctrl-C.");
      stopped.await();
      return ExitCode.STOPPED;
    }
  }

  private Address address() {
    if (address == null) {
      return Address.loopback(port == null ? Dashboard.DEFAULT_PORT : port);
    }
    if (port != null) {
      throw new UsageException(
          "Invalid --port: %d (must be left out with --address=HOST:PORT)".formatted(port));
    }
    return address;
  }
}
