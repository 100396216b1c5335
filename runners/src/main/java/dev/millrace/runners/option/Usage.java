// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import dev.millrace.monitor.Nearest;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line in one sentence. */
public final class Usage {

  private final Settings settings;
  private final List<String> args;

  public Usage(Settings settings, String... args) {
    this.settings = settings;
    this.args = List.of(args);
  }

  public String sentence(ParameterException e) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unknown(command, unmatched.getUnmatched().get(0));
    }
    if (e instanceof MissingParameterException missing) {
      return missing(command, missing);
    }
    if (e instanceof OverwrittenOptionException overwritten) {
      return "Cannot %s: %s is given twice"
          .formatted(command.name(), name(overwritten.getOverwritten()));
    }
    ArgSpec arg = e.getArgSpec();
    if (arg == null) {
      return "Cannot %s: %s".formatted(command.name(), e.getMessage());
    }
    String origin =
        settings.origin(arg, e.getValue()).map(place -> " (from " + place + ")").orElse("");
    return "Invalid %s%s: %s (%s)".formatted(name(arg), origin, e.getValue(), rule(e, arg));
  }

  private static String unknown(CommandSpec command, String word) {
    if (word.startsWith("-")) {
      String option = word.replaceFirst("=.*", "");
      Set<String> known = new TreeSet<>(command.optionsMap().keySet());
      return "Invalid option: %s (must be one that `%s --help` lists%s)"
          .formatted(option, command.qualifiedName(), Nearest.hint(option, known));
    }
    Set<String> commands =
        command.subcommands().entrySet().stream()
            .filter(sub -> !sub.getValue().getCommandSpec().usageMessage().hidden())
            .map(sub -> sub.getKey())
            .collect(Collectors.toCollection(TreeSet::new));
    return commands.isEmpty()
        ? "Invalid argument: %s (must be an option, as in --json)".formatted(word)
        : "Invalid command: %s (must be one of %s%s)"
            .formatted(word, String.join(", ", commands), Nearest.hint(word, commands));
  }

  private String missing(CommandSpec command, MissingParameterException e) {
    for (String arg : args) {
      // A mistyped option explains why the right one is missing.
      if (arg.startsWith("--") && !command.optionsMap().containsKey(arg.replaceFirst("=.*", ""))) {
        return unknown(command, arg);
      }
    }
    List<ArgSpec> missing = e.getMissing();
    String names = missing.stream().map(Usage::name).collect(Collectors.joining(", "));
    boolean valueOnly = missing.size() == 1 && String.valueOf(e.getMessage()).contains("parameter");
    String what =
        valueOnly ? " needs a value" : missing.size() == 1 ? " is missing" : " are missing";
    return "Cannot %s: %s%s".formatted(command.name(), names, what);
  }

  private static String name(ArgSpec arg) {
    return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
  }

  private static String rule(ParameterException e, ArgSpec arg) {
    if (arg.type() == boolean.class) {
      return "must be true or false";
    }
    String told = e.getCause() instanceof TypeConversionException ? e.getCause().getMessage() : "";
    return told != null && told.startsWith("must") ? told : "must be a whole number";
  }
}
