// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.pipelines.airquality.AirQuality;
import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Credentials;
import dev.millrace.runners.pipeline.RunCommand;
import dev.millrace.runners.run.Work;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What {@code millrace backfill} starts in a process of its own: it does some units and tells what
 * became of them. It ends when its standard input does.
 */
@Command(
    name = "unit",
    hidden = true,
    description = "Does units of the medallion for another process.")
public final class UnitCommand extends RunCommand {

  private final Console console;

  @Option(names = "--target", required = true, description = "The database of the medallion.")
  String target = "";

  @Option(
      names = "--do",
      required = true,
      paramLabel = "STAGE:PART",
      description = "What to do, in this order.")
  List<String> units = new ArrayList<>();

  public UnitCommand(Console console) {
    super(console);
    this.console = console;
  }

  /** As {@code --do} takes it. */
  static String word(Unit unit) {
    return unit.stage() + ":" + unit.part();
  }

  private static Unit unit(String word) {
    int colon = word.indexOf(':');
    if (colon < 0) {
      throw new UsageException(
          "Invalid --do: %s (must be as in silver:2013-03-01/2013-04-01)".formatted(word));
    }
    return new Unit(word.substring(0, colon), word.substring(colon + 1));
  }

  /** The run that started it is. */
  @Override
  protected boolean isKept() {
    return false;
  }

  @Override
  protected Work work() {
    List<Unit> all = units.stream().map(UnitCommand::unit).toList();
    return new UnitWork(
        AirQuality.in(Credentials.of("target", target, console.environment())).withoutCache(), all);
  }
}
