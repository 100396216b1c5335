// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.runners.backfill.BackfillCommand;
import dev.millrace.runners.backfill.HourlyCommand;
import dev.millrace.runners.backfill.ScheduleCommand;
import dev.millrace.runners.backfill.UnitCommand;
import dev.millrace.runners.bench.BenchCommand;
import dev.millrace.runners.cache.CacheCommand;
import dev.millrace.runners.cache.EnrichCommand;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.config.ConfigCommand;
import dev.millrace.runners.console.CommandGroup;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.Version;
import dev.millrace.runners.flink.FlinkCommand;
import dev.millrace.runners.history.DashboardCommand;
import dev.millrace.runners.history.HistoryCommand;
import dev.millrace.runners.history.ReportCommand;
import dev.millrace.runners.sync.DlqCommand;
import dev.millrace.runners.sync.StateCommand;
import dev.millrace.runners.sync.SyncCommand;
import dev.millrace.runners.verify.VerifyCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** The tree of commands, without anything to run. */
final class Commands {

  private Commands() {}

  static CommandLine create(Console console) {
    CommandLine line = new CommandLine(new Root(console));
    Children children = new Children(Millrace.class);
    line.addSubcommand(new DemoCommand(console));
    line.addSubcommand(new BackfillCommand(console, children));
    line.addSubcommand(new HourlyCommand(console, children));
    line.addSubcommand(new ScheduleCommand(console, children));
    line.addSubcommand(new SyncCommand(console));
    line.addSubcommand(new EnrichCommand(console));
    line.addSubcommand(PlanCommand.line(console));
    line.addSubcommand(new VerifyCommand(console));
    line.addSubcommand(new StateCommand(console));
    line.addSubcommand(new DlqCommand(console));
    line.addSubcommand(new CacheCommand(console));
    line.addSubcommand(new HistoryCommand(console));
    line.addSubcommand(new ReportCommand(console));
    line.addSubcommand(new DashboardCommand(console));
    line.addSubcommand(ConfigCommand.line(console));
    line.addSubcommand(FlinkCommand.line(console, Millrace::run));
    line.addSubcommand(new BenchCommand(console, children));
    line.addSubcommand(new TrainCommand());
    line.addSubcommand(new UnitCommand(console));
    line.addSubcommand(new RepeatCommand(console));
    line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(color(console) ? Ansi.ON : Ansi.OFF));
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpLongOptionsMaxWidth(30);
    line.setExpandAtFiles(false);
    return line;
  }

  private static boolean color(Console console) {
    return console.terminal()
        && !console.environment().containsKey("NO_COLOR")
        && !"dumb".equals(console.environment().get("TERM"));
  }

  @Command(
      name = "millrace",
      description = "Moves and transforms tables in blocks, on Beam's direct runner or on Flink.",
      versionProvider = Version.class,
      synopsisSubcommandLabel = "COMMAND",
      footer = {
        "",
        "Options come from flags, then from the environment (MILLRACE_PARALLELISM,",
        "MILLRACE_SYNC_TABLE), then from millrace.yaml in the working folder.",
        "Users and passwords come from MILLRACE_SOURCE_USER, MILLRACE_SOURCE_PASSWORD,",
        "MILLRACE_TARGET_USER and MILLRACE_TARGET_PASSWORD, never from flags.",
        "`millrace COMMAND --help` lists the options of a command."
      })
  static final class Root extends CommandGroup {

    @Option(
        names = {"-V", "--version"},
        versionHelp = true,
        description = "Show the version.")
    boolean version;

    private Root(Console console) {
      super(console);
    }
  }
}
