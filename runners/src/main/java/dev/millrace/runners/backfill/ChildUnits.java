// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.runners.child.Child;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.HistoryFile;
import dev.millrace.runners.option.Settings;
import dev.millrace.runners.run.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Does units in a fresh JVM of this command, with this JVM's flags but for those of its heap.
 *
 * @param target the database, handed over in the environment: it may hold a password
 * @param jvmFlags further flags, as in {@code -Xmx512m}
 * @param patience with each
 */
record ChildUnits(
    Run run, Children children, String target, List<String> jvmFlags, Child.Patience patience)
    implements UnitRunner {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of what it said last, to say why it failed. */
  private static final int LINES = 3;

  @Override
  public Done run(List<Unit> units, int parallelism) throws Exception {
    String prefix =
        "[%s] ".formatted(units.stream().map(Unit::toString).collect(Collectors.joining(", ")));
    RowsMoved moved = new RowsMoved();
    Consumer<String> listener =
        line -> {
          if (!moved.count(line)) {
            run.tell(prefix + line);
          }
        };
    Child.Result result = new Child(command(units, parallelism), patience, listener).run();
    if (result.exitCode() != ExitCode.DONE || !result.end().isEmpty()) {
      throw new IllegalStateException("Cannot make %s: %s".formatted(units.get(0), why(result)));
    }
    Done done = done(units, result.answer());
    // What it moved after it told last.
    moved.count(
        done.ends().stream().mapToLong(end -> end.figures().read()).sum(),
        done.ends().stream().mapToLong(end -> end.figures().written()).sum());
    return done;
  }

  private ProcessBuilder command(List<Unit> units, int parallelism) {
    CommonOptions options = run.options();
    List<String> words = new ArrayList<>();
    words.add("unit");
    units.forEach(unit -> words.add("--do=" + UnitCommand.word(unit)));
    words.add("--runner=" + options.runner);
    words.add("--parallelism=" + parallelism);
    words.add("--json");
    words.add("--quiet");
    ProcessBuilder builder = children.watched(run.console(), jvmFlags, words);
    // What is an option of this command is settled; the rest, such as users, is not.
    builder.environment().keySet().removeIf(Settings::isOption);
    builder.environment().put("MILLRACE_UNIT_TARGET", target);
    builder.environment().put(HistoryFile.VARIABLE, HistoryFile.NONE);
    return builder;
  }

  private static String why(Child.Result result) {
    if (!result.end().isEmpty()) {
      return result.end();
    }
    List<String> errors = result.errors();
    String said =
        String.join("; ", errors.subList(Math.max(0, errors.size() - LINES), errors.size()));
    return "its process ended with exit code %d%s"
        .formatted(result.exitCode(), said.isEmpty() ? "" : ": " + said);
  }

  private static Done done(List<Unit> units, String answer) {
    try {
      JsonNode summary = JSON.readTree(answer);
      List<UnitEnd> ends = new ArrayList<>();
      summary.required("units").forEach(unit -> ends.add(UnitEnd.of(unit)));
      return new Done(ends, JvmCost.of(summary.required("jvm")));
    } catch (JsonProcessingException | IllegalArgumentException garbage) {
      throw new IllegalStateException(
          "Cannot make %s: its process told no result; its last line was \"%s\""
              .formatted(units.get(0), answer.substring(0, Math.min(100, answer.length()))),
          garbage);
    }
  }
}
