// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import dev.millrace.monitor.Nearest;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.UsageException;
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
 * MILLRACE_SYNC_TABLE}. The environment wins. A name that no option has is refused. How the file is
 * read: {@link ProjectOptions}.
 */
public final class Settings implements IDefaultValueProvider {

  private static final String PREFIX = "MILLRACE_";
  private static final String PROJECT_FILE = "millrace.yaml";

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
          "MILLRACE_DASHBOARD_TOKEN",
          "MILLRACE_DASHBOARD_TOKEN_FILE",
          "MILLRACE_DASHBOARD_KEY_PASSWORD",
          "MILLRACE_DASHBOARD_KEY_PASSWORD_FILE",
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
  public record Given(String value, String origin) {}

  private final Map<String, Given> byKey;

  private Settings(Map<String, Given> byKey) {
    this.byKey = byKey;
  }

  /**
   * Gathers what stands around the flags.
   *
   * @throws UsageException for an unknown name, or a file that cannot be read
   */
  public static Settings of(Console console, String[] args, CommandSpec root) {
    Set<String> keys = keysOf(root);
    Map<String, Given> byKey = new HashMap<>();
    String environment = named(console, args, "environment").orElse("");
    Optional<Path> file = projectFile(console, args);
    if (file.isPresent()) {
      new ProjectOptions(file.get(), keys).read(environment, byKey::put);
    } else if (!environment.isEmpty()) {
      throw new UsageException(
          "Invalid --environment: %s (must be left out: there is no %s)"
              .formatted(environment, PROJECT_FILE));
    }
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
    Given given = given(arg);
    return given == null ? null : given.value();
  }

  /** What the environment or the file gives to an option; null if nothing. */
  public @Nullable Given given(ArgSpec arg) {
    return byKey.get(key(arg));
  }

  /** Whether a variable gives an option its value. */
  public static boolean isOption(String variable) {
    return variable.startsWith(PREFIX)
        && !variable.startsWith(POOLS)
        && !OTHER_VARIABLES.contains(variable);
  }

  /** The variable or file that gave this option its value; empty if it was a flag. */
  Optional<String> origin(ArgSpec arg, String value) {
    return Optional.ofNullable(given(arg))
        .filter(given -> given.value().equals(value))
        .map(Given::origin);
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
    Optional<String> named = named(console, args, "config");
    return named.isPresent()
        ? named.map(console.folder()::resolve)
        : Optional.of(console.folder().resolve(PROJECT_FILE)).filter(Files::exists);
  }

  /** What a flag or variable says that has to be known before all others. */
  private static Optional<String> named(Console console, String[] args, String option) {
    String named = console.environment().get(variable(option));
    String flag = "--" + option;
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith(flag + "=")) {
        named = args[i].substring(flag.length() + 1);
      } else if (args[i].equals(flag) && i + 1 < args.length) {
        named = args[i + 1];
      }
    }
    return Optional.ofNullable(named);
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
  public static String key(ArgSpec arg) {
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
