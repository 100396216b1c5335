// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.child;

import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.Stop;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * This command as a process of its own.
 *
 * @param main its main class
 */
public record Children(Class<?> main) {

  /** The property of a JVM whose standard input ends when it is to end. */
  private static final String WATCHED = "millrace.child";

  /** The flag of the launcher for an archive of classes, with which no JVM can be recorded. */
  private static final String ARCHIVE = "-XX:SharedArchiveFile=";

  /** What a parent has for its own heap, as it has {@code -Xmx}. */
  private static final Pattern HEAP =
      Pattern.compile("HeapSize|NewSize|RAMPercentage|AlwaysPreTouch");

  /**
   * With this JVM's flags, but for those of its heap, and for the archive of classes if it is to be
   * recorded.
   *
   * @param jvmFlags further flags
   * @param words of the command
   */
  public ProcessBuilder command(List<String> jvmFlags, List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(inherited(ManagementFactory.getRuntimeMXBean().getInputArguments(), words));
    command.addAll(jvmFlags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(words);
    return new ProcessBuilder(command);
  }

  /** Those of a parent's flags that hold for its children, too. */
  static List<String> inherited(List<String> flags, List<String> words) {
    boolean isRecorded =
        words.stream().anyMatch(word -> word.equals("--record") || word.startsWith("--record="));
    return flags.stream()
        .filter(flag -> !isRecorded || !flag.startsWith(ARCHIVE))
        .filter(flag -> flag.startsWith("--add-opens") || flag.startsWith("-XX:") || isShared(flag))
        .filter(flag -> !HEAP.matcher(flag).find())
        .toList();
  }

  /** Whether a flag is a property, and not one of this process alone. */
  private static boolean isShared(String flag) {
    return flag.startsWith("-D")
        && !flag.startsWith("-Dmillrace.")
        && !flag.startsWith("-Dcom.sun.management.");
  }

  /** Whether this JVM has its classes from an archive of the launcher's. */
  public static boolean haveArchive() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .anyMatch(flag -> flag.startsWith(ARCHIVE));
  }

  /** The same, in the environment of a console, and to end when its standard input does. */
  public ProcessBuilder watched(Console console, List<String> jvmFlags, List<String> words) {
    List<String> flags = new ArrayList<>(jvmFlags);
    flags.add("-D" + WATCHED + "=true");
    ProcessBuilder builder = command(flags, words);
    builder.environment().putAll(console.environment());
    return builder;
  }

  /** Within such a process: has a run end in order when its parent wishes it to, or has died. */
  public static void heedParent(Stop stop) {
    if (Boolean.getBoolean(WATCHED)) {
      ParentWatch.begin(
          System.in, () -> stop.requestAfter(Duration.ZERO, "its parent ended or asked it to"));
    }
  }
}
