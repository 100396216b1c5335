// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.pipeline;

import dev.millrace.runners.console.Sentence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command line in words that do the same wherever they are said again: with what the environment
 * and the project file gave to its options, without where it ran and how it told of it.
 */
final class CommandWords {

  private static final Set<String> LEFT_OUT =
      Set.of(
          "--runner",
          "--detached",
          "--config",
          "--environment",
          "--json",
          "--verbose",
          "--quiet",
          "--help",
          "--dry-run",
          "--history",
          "--dashboard",
          "--dashboard-certificate",
          "--dashboard-key",
          "--dashboard-host-name",
          "--record",
          "--fail-on-regression",
          "--alerts",
          "--alert-webhook",
          "--fail-on-alert",
          "--from-savepoint");

  private CommandWords() {}

  /** The words of a command whose options were read. */
  static List<String> of(CommandSpec command) {
    List<String> words = new ArrayList<>(List.of(command.name()));
    options(command)
        .forEach(
            (option, values) -> {
              String name = option.longestName();
              if (option.arity().max() == 0) {
                words.add(name);
              } else {
                values.forEach(value -> words.add(name + "=" + value));
              }
            });
    return words;
  }

  /**
   * What was given to the options of a command, by their names without dashes; secrets in the
   * values are blotted out.
   */
  static SortedMap<String, String> configuration(CommandSpec command) {
    SortedMap<String, String> configuration = new TreeMap<>();
    options(command)
        .forEach(
            (option, values) ->
                configuration.put(
                    option.longestName().replaceFirst("^--", ""),
                    Sentence.redact(String.join(",", values))));
    return configuration;
  }

  private static Map<OptionSpec, List<String>> options(CommandSpec command) {
    Map<OptionSpec, List<String>> options = new LinkedHashMap<>();
    for (OptionSpec option : command.options()) {
      if (LEFT_OUT.contains(option.longestName())) {
        continue;
      }
      List<String> values =
          option.arity().max() > 0
              ? given(command, option)
              : Boolean.TRUE.equals(option.getValue()) ? List.of("true") : List.of();
      if (!values.isEmpty()) {
        options.put(option, values);
      }
    }
    return options;
  }

  private static List<String> given(CommandSpec command, OptionSpec option) {
    if (command.commandLine().getParseResult().hasMatchedOption(option)) {
      return option.originalStringValues();
    }
    IDefaultValueProvider settings = command.defaultValueProvider();
    try {
      String value = settings == null ? null : settings.defaultValue(option);
      return value == null ? List.of() : List.of(value);
    } catch (Exception e) {
      throw new IllegalStateException("Cannot read " + option.longestName() + ": " + e, e);
    }
  }
}
