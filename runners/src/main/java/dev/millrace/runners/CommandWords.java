// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
          "--json",
          "--verbose",
          "--quiet",
          "--help",
          "--dry-run",
          "--from-savepoint");

  private CommandWords() {}

  /** The words of a command whose options were read. */
  static List<String> of(CommandSpec command) {
    List<String> words = new ArrayList<>(List.of(command.name()));
    for (OptionSpec option : command.options()) {
      String name = option.longestName();
      if (LEFT_OUT.contains(name)) {
        continue;
      }
      if (option.arity().max() == 0) {
        if (Boolean.TRUE.equals(option.getValue())) {
          words.add(name);
        }
      } else {
        given(command, option).forEach(value -> words.add(name + "=" + value));
      }
    }
    return words;
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
