// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.LocalPostgres;
import dev.millrace.runners.console.ExitCode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command as a process that logs all it can, with passwords such as nobody else has: they are
 * looked for in what it prints, in its command line and those of its children, and in the files
 * that it leaves.
 */
class SecretsTest {

  private static final String SOURCE = "kanarienvogel1 \"'\\%&=?#;$";
  private static final String TARGET = "zebrafink2<>{}@:/+";

  /** What every spelling of the two has. */
  private static final List<String> CANARIES =
      List.of("kanarienvogel1", "zebrafink2", base64(SOURCE), base64(TARGET));

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @SuppressWarnings("NullAway.Init") // Before the first test.
  private static LocalPostgres server;

  @SuppressWarnings("NullAway.Init")
  @TempDir
  Path folder;

  private final List<String> commandLines = new ArrayList<>();

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(LocalPostgres.Settings.fast());
    execute(
        "CREATE ROLE reader SUPERUSER LOGIN PASSWORD '%s'".formatted(SOURCE.replace("'", "''")),
        "CREATE ROLE writer SUPERUSER LOGIN PASSWORD '%s'".formatted(TARGET),
        "CREATE TABLE s AS SELECT i AS id FROM generate_series(1, 1000) i",
        "CREATE TABLE t (id int)");
    Path rules = server.dataDirectory().resolve("pg_hba.conf");
    Files.writeString(
        rules,
        // As the server sees it in the clear, too, so that the driver does.
        "host all reader all password\nhost all writer all scram-sha-256\n"
            + Files.readString(rules));
    execute("SELECT pg_reload_conf()");
    Instant deadline = Instant.now().plus(PATIENCE);
    while (letsIn("reader") || letsIn("writer")) {
      assertThat(Instant.now()).isBefore(deadline);
    }
  }

  /** Whether the server asks for no password. */
  private static boolean letsIn(String user) {
    try {
      DriverManager.getConnection(url("?user=" + user + "&password=x")).close();
      return true;
    } catch (SQLException refused) {
      return false;
    }
  }

  @AfterAll
  static void end() throws Exception {
    server.close();
  }

  @BeforeEach
  void empty() throws Exception {
    execute("DROP TABLE t", "CREATE TABLE t (id int)");
  }

  private static void execute(String... sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  private static long count() throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM t")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static String url(String more) {
    return server.jdbcUrl().replaceFirst("\\?.*", "") + more;
  }

  /** What a process printed, and how it ended. */
  private record Ended(int code, String printed) {}

  /** Runs the command and looks at its command line, and at those of its children, as it runs. */
  private Ended run(Map<String, String> environment, String... words) throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String opened : List.of("nio", "util", "lang", "time", "util.concurrent")) {
      command.add("--add-opens=java.base/java." + opened + "=ALL-UNNAMED");
    }
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-Djava.util.logging.manager=" + LoudLogs.class.getName(),
            "-Djava.io.tmpdir=" + temporary,
            Millrace.class.getName()));
    command.addAll(List.of(words));
    command.addAll(List.of("--table=s", "--into=t", "--json", "--verbose"));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    // Of a long command line the kernel shows the beginning.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("XDG_STATE_HOME", temporary.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      Instant deadline = Instant.now().plus(PATIENCE);
      while (process.isAlive() && Instant.now().isBefore(deadline)) {
        Stream.concat(Stream.of(process.toHandle()), process.descendants())
            .forEach(each -> each.info().commandLine().ifPresent(this::addOnce));
        Thread.sleep(50);
      }
      // What is traced need not be text.
      String printed = Files.readString(log, StandardCharsets.ISO_8859_1);
      assertThat(process.isAlive()).as(printed).isFalse();
      return new Ended(process.exitValue(), printed);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private void addOnce(String commandLine) {
    if (!commandLines.contains(commandLine)) {
      commandLines.add(commandLine);
    }
  }

  /** What is left behind, as text. */
  private String files() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder.resolve("tmp"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  private void assertNothingTold(Ended ended) throws IOException {
    assertThat(ended.printed()).contains("\"command\":\"sync\"").doesNotContain(CANARIES);
    assertThat(files()).doesNotContain(CANARIES);
    assertThat(commandLines).isNotEmpty();
    assertThat(String.join("\n", commandLines)).contains(" sync ").doesNotContain(CANARIES);
  }

  @Test
  void sync_shouldTellNoPassword() throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), TARGET + "\n");
    Ended ended =
        run(
            Map.of(
                "MILLRACE_SOURCE_USER",
                "reader",
                "MILLRACE_SOURCE_PASSWORD",
                SOURCE,
                "MILLRACE_TARGET_USER",
                "writer",
                "MILLRACE_TARGET_PASSWORD_FILE",
                file.toString()),
            "sync",
            "--runner=flink",
            "--source=" + url(""),
            "--target=" + url(""));

    assertThat(ended.code()).as(ended.printed()).isEqualTo(ExitCode.DONE);
    assertThat(count()).isEqualTo(1000);
    // The driver's own finest words: so it is known that they would have been heard.
    assertThat(ended.printed()).contains("FE=> Password", "FE=> StartupPacket");
    assertNothingTold(ended);
  }

  @Test
  void sync_shouldTellNoPassword_whenItIsWrong() throws Exception {
    Ended ended =
        run(
            Map.of("MILLRACE_SOURCE_PASSWORD", TARGET, "MILLRACE_TARGET_PASSWORD", SOURCE),
            "sync",
            "--source=" + url("?user=reader"),
            "--target=" + url("?user=writer"));

    assertThat(ended.code()).as(ended.printed()).isEqualTo(ExitCode.USAGE);
    assertThat(ended.printed()).contains("password authentication failed for user \"reader\"");
    assertNothingTold(ended);
  }

  @Test
  void sync_shouldTellNoPassword_whenARowDoesNotFit() throws Exception {
    execute("ALTER TABLE t ADD CHECK (id <> 500)");
    Ended ended =
        run(
            Map.of("MILLRACE_SOURCE_PASSWORD", SOURCE, "MILLRACE_TARGET_PASSWORD", TARGET),
            "sync",
            "--source=" + url("?user=reader"),
            "--target=" + url("?user=writer"));

    assertThat(ended.code()).as(ended.printed()).isEqualTo(ExitCode.FAILED);
    assertThat(ended.printed()).contains("Cannot write to public.t: ");
    assertNothingTold(ended);
  }

  /**
   * In a URL it stands in the process's command line, where the user wrote it, and nowhere else.
   */
  @Test
  void sync_shouldTellNoPasswordOfAUrl() throws Exception {
    String encoded = URLEncoder.encode(SOURCE, StandardCharsets.UTF_8);
    Ended refused =
        run(
            Map.of(),
            "sync",
            "--source=jdbc:postgresql://localhost:1/x?user=reader&password=" + encoded,
            "--target=" + url("?user=postgres"));

    assertThat(refused.code()).as(refused.printed()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.printed())
        .contains("the server refused the connection")
        .doesNotContain(CANARIES);
    assertThat(files()).doesNotContain(CANARIES);
    assertThat(commandLines).anyMatch(line -> line.contains("kanarienvogel1"));
  }
}
