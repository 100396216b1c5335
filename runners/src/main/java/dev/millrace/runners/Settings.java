// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.monitor.Nearest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options that stand in the environment or in the project file, for those not given as flags.
 *
 * <p>A common option is {@code block-size} in the file and {@code MILLRACE_BLOCK_SIZE} in the
 * environment; an option of one command is {@code table} under {@code sync:} and {@code
 * MILLRACE_SYNC_TABLE}. The environment wins. A name that no option has is refused.
 */
final class Settings implements IDefaultValueProvider {

  private static final String PREFIX = "MILLRACE_";

  /** Variables that are not options. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "MILLRACE_JAVA_OPTS",
          "MILLRACE_SOURCE_USER",
          "MILLRACE_SOURCE_PASSWORD",
          "MILLRACE_SOURCE_PASSWORD_FILE",
          "MILLRACE_TARGET_USER",
          "MILLRACE_TARGET_PASSWORD",
          "MILLRACE_TARGET_PASSWORD_FILE",
          "MILLRACE_LOOKUP_USER",
          "MILLRACE_LOOKUP_PASSWORD",
          "MILLRACE_LOOKUP_PASSWORD_FILE",
          "MILLRACE_REDIS_USER",
          "MILLRACE_REDIS_PASSWORD",
          "MILLRACE_REDIS_PASSWORD_FILE",
          "MILLRACE_CACHE_SECRET",
          "MILLRACE_CACHE_SECRET_FILE",
          "MILLRACE_ALERT_SECRET",
          "MILLRACE_ALERT_SECRET_FILE",
          "MILLRACE_METRICS_PORT",
          "MILLRACE_METRICS_HOST");

  /** Of pools, which have the names that pipelines give them. */
  private static final String POOLS = "MILLRACE_POOL_";

  private static final Set<String> FLAGS_ONLY = Set.of("help", "version");

  private static final Set<String> COMMON =
      CommandSpec.forAnnotatedObject(new CommonOptions()).options().stream()
          .map(Settings::name)
          .collect(Collectors.toUnmodifiableSet());

  /** A value, and the place it came from for the sentence that refuses it. */
  private record Given(String value, String origin) {}

  private final Map<String, Given> byKey;

  private Settings(Map<String, Given> byKey) {
    this.byKey = byKey;
  }

  /**
   * Gathers what stands around the flags.
   *
   * @throws UsageException for an unknown name, or a file that cannot be read
   */
  static Settings of(Console console, String[] args, CommandSpec root) {
    Set<String> keys = keysOf(root);
    Map<String, Given> byKey = new HashMap<>();
    projectFile(console, args)
        .ifPresent(
            file ->
                ProjectFile.read(file)
                    .forEach((key, value) -> putFromFile(byKey, keys, file, key, value)));
    Map<String, String> keyOfVariable =
        keys.stream().collect(Collectors.toMap(Settings::variable, key -> key));
    console
        .environment()
        .forEach(
            (name, value) -> {
              if (isOption(name)) {
                byKey.put(keyOf(name, keyOfVariable), new Given(value, name));
              }
            });
    return new Settings(byKey);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    Given given = byKey.get(key(arg));
    return given == null ? null : given.value();
  }

  /** Whether a variable gives an option its value. */
  static boolean isOption(String variable) {
    return variable.startsWith(PREFIX)
        && !variable.startsWith(POOLS)
        && !OTHER_VARIABLES.contains(variable);
  }

  /** The variable or file that gave this option its value; empty if it was a flag. */
  Optional<String> origin(ArgSpec arg, String value) {
    return Optional.ofNullable(byKey.get(key(arg)))
        .filter(given -> given.value().equals(value))
        .map(Given::origin);
  }

  private static void putFromFile(
      Map<String, Given> byKey, Set<String> keys, Path file, String key, String value) {
    if (!keys.contains(key)) {
      throw new UsageException(
          "Invalid key of %s: %s (must be the name of an option%s)"
              .formatted(file, key, Nearest.hint(key, keys)));
    }
    byKey.put(key, new Given(value, file.toString()));
  }

  private static String keyOf(String variable, Map<String, String> keyOfVariable) {
    String key = keyOfVariable.get(variable);
    if (key == null) {
      Set<String> known = new TreeSet<>(keyOfVariable.keySet());
      known.addAll(OTHER_VARIABLES);
      throw new UsageException(
          "Invalid environment variable: %s (must be named after an option%s)"
              .formatted(variable, Nearest.hint(variable, known)));
    }
    return key;
  }

  private static Optional<Path> projectFile(Console console, String[] args) {
    String named = console.environment().get(PREFIX + "CONFIG");
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith("--config=")) {
        named = args[i].substring("--config=".length());
      } else if (args[i].equals("--config") && i + 1 < args.length) {
        named = args[i + 1];
      }
    }
    if (named != null) {
      return Optional.of(console.folder().resolve(named));
    }
    return Optional.of(console.folder().resolve("millrace.yaml")).filter(Files::exists);
  }

  private static Set<String> keysOf(CommandSpec root) {
    return commands(root)
        .flatMap(command -> command.options().stream())
        .filter(option -> !FLAGS_ONLY.contains(name(option)))
        .map(Settings::key)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** All below a command. */
  private static Stream<CommandSpec> commands(CommandSpec command) {
    return command.subcommands().values().stream()
        .map(CommandLine::getCommandSpec)
        .flatMap(sub -> Stream.concat(Stream.of(sub), commands(sub)));
  }

  /** An option of {@code flink up} is one of {@code flink}: what is below shares its options. */
  private static String key(ArgSpec arg) {
    String name = arg instanceof OptionSpec option ? name(option) : arg.paramLabel();
    CommandSpec command = arg.command();
    while (command.parent() != null && command.parent().parent() != null) {
      command = command.parent();
    }
    return COMMON.contains(name) ? name : command.name() + "." + name;
  }

  private static String name(OptionSpec option) {
    return option.longestName().replaceFirst("^--", "");
  }

  private static String variable(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }
}
