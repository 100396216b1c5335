// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.option.HistoryFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A console that keeps what is written to it, and no history unless there is a folder for it. */
public final class TestConsole {

  private static final String STATE = "XDG_STATE_HOME";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console;

  public TestConsole(Path folder, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    if (!all.containsKey(STATE)) {
      all.putIfAbsent(HistoryFile.VARIABLE, HistoryFile.NONE);
    }
    console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            all,
            folder,
            0);
  }

  /** With no environment, in a folder that does not exist. */
  public TestConsole() {
    this(Path.of("no-such-folder"), Map.of());
  }

  /** With a folder for what the command keeps, such as the history. */
  public static TestConsole withState(Path state, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put(STATE, state.toString());
    return new TestConsole(Path.of("no-such-folder"), all);
  }

  public Console console() {
    return console;
  }

  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  public int run(String... args) {
    return Millrace.run(console, args);
  }

  /** Runs {@code sync} from one table to another of a database. */
  public int sync(String url, String table, String into, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "sync",
                "--source=" + url,
                "--table=" + table,
                "--target=" + url,
                "--into=" + into));
    words.addAll(List.of(more));
    return run(words.toArray(String[]::new));
  }

  /** The last line of standard output. */
  public JsonNode json() throws IOException {
    List<String> lines = out().lines().toList();
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }
}
