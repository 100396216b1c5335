// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.config;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.Nearest;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.ProjectFileOptions;
import dev.millrace.runners.option.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells what each option is set to, and where that stands. */
@Command(
    name = "explain",
    description = {
      "Tells what options are set to, and where.",
      "That is in the environment, in a line of the project file, or nowhere, so that an option has",
      "its default; flags go before all. Without a command: all that is set anywhere."
    },
    footer = {
      "",
      "Examples:",
      "  millrace config explain sync",
      "  millrace config explain backfill --environment=production --json"
    })
final class ConfigExplainCommand implements Callable<Integer> {

  private static final String DEFAULT = "default";

  private final Console console;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "COMMAND",
      description = "Whose options, as in sync, or flink for all below it.")
  @Nullable String command;

  @Mixin ProjectFileOptions file = new ProjectFileOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec before anything else happens
  ConfigExplainCommand(Console console) {
    this.console = console;
  }

  /**
   * An option and what it is set to.
   *
   * @param value empty if it has no default, or one that depends on the run
   */
  private record Explained(String option, String value, String from) {
    Map<String, Object> toMap() {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("option", option);
      fields.put("value", value);
      fields.put("from", from);
      return fields;
    }
  }

  @Override
  public Integer call() {
    List<Explained> all;
    try {
      all = explain();
    } catch (UsageException e) {
      console.err().println(e.getMessage());
      return ExitCode.USAGE;
    }
    if (json) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("command", command);
      answer.put("options", all.stream().map(Explained::toMap).toList());
      console.out().println(Json.write(answer));
      return ExitCode.DONE;
    }
    if (all.isEmpty()) {
      console.out().println("No option is set outside of flags.");
    }
    int option = all.stream().mapToInt(each -> each.option.length()).max().orElse(1);
    int value = all.stream().mapToInt(each -> each.value.length()).max().orElse(1);
    String line = "%%-%ds  %%-%ds  %%s%%n".formatted(option, Math.max(1, value));
    all.forEach(
        each ->
            console
                .out()
                .printf(line, each.option, each.value.isEmpty() ? "-" : each.value, each.from));
    return ExitCode.DONE;
  }

  private List<Explained> explain() {
    SortedMap<String, Explained> byKey = new TreeMap<>();
    Settings settings = (Settings) spec.root().defaultValueProvider();
    for (CommandSpec each : commands()) {
      for (OptionSpec option : each.options()) {
        if (option.usageHelp() || option.versionHelp() || option.hidden()) {
          continue;
        }
        Settings.Given given = settings.given(option);
        if (given != null || command != null) {
          String key = Settings.key(option);
          byKey.putIfAbsent(key, explained(key, option, given));
        }
      }
    }
    return List.copyOf(byKey.values());
  }

  private static Explained explained(
      String key, OptionSpec option, Settings.@Nullable Given given) {
    if (given != null) {
      return new Explained(key, Sentence.redact(given.value()), given.origin());
    }
    String value = option.defaultValue();
    if (value == null && option.initialValue() != null && option.arity().max() == 0) {
      value = String.valueOf(option.initialValue());
    }
    return new Explained(
        key, value == null ? "" : value, option.required() ? "nowhere, and required" : DEFAULT);
  }

  private List<CommandSpec> commands() {
    Map<String, CommandLine> known = new TreeMap<>(spec.root().subcommands());
    known.values().removeIf(line -> line.getCommandSpec().usageMessage().hidden());
    if (command == null) {
      return known.values().stream().flatMap(ConfigExplainCommand::withThoseBelow).toList();
    }
    CommandLine named = known.get(command);
    if (named == null) {
      throw new UsageException(
          "Invalid command: %s (must be one that `millrace --help` lists%s)"
              .formatted(command, Nearest.hint(command, known.keySet())));
    }
    return withThoseBelow(named).toList();
  }

  private static Stream<CommandSpec> withThoseBelow(CommandLine line) {
    return Stream.concat(
        Stream.of(line.getCommandSpec()),
        new ArrayList<>(line.getSubcommands().values())
            .stream().flatMap(ConfigExplainCommand::withThoseBelow));
  }
}
