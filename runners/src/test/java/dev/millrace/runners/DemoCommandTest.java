// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCommandTest {

  private static final String HEADER =
      "No,year,month,day,hour,PM2.5,PM10,SO2,NO2,CO,O3,TEMP,PRES,DEWP,RAIN,wd,WSPM,station\n";
  private static final String NAME = "PRSA_Data_Aotizhongxin_20130301-20170228.csv";
  private static final String BRONZE_ROWS = "select count(*) from bronze_measurement";

  @RegisterExtension static final PostgresExtension target = new PostgresExtension();

  private final Path data;
  private final TestConsole console = new TestConsole();

  DemoCommandTest(@TempDir Path data) {
    this.data = data;
  }

  @AfterEach
  void drop() throws Exception {
    target.execute(
        "drop schema public cascade",
        "create schema public",
        "drop schema if exists millrace cascade");
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink"})
  void demo_shouldTakeAFileFromBronzeToGold(String runner) throws Exception {
    Files.writeString(data.resolve(NAME), HEADER + hours(1, 48));

    assertThat(demo("--json", "--runner=" + runner)).as(console.err()).isEqualTo(ExitCode.DONE);

    JsonNode summary = summary();
    assertThat(summary.at("/bronze/rows_read").asLong()).isEqualTo(48);
    assertThat(summary.at("/silver/rows_read").asLong()).isEqualTo(48);
    assertThat(summary.at("/gold/rows_rejected").asLong()).isZero();
    assertThat(target.value("select count(*) from silver_hour", Long.class)).isEqualTo(48);
  }

  @Test
  void demo_shouldLeaveOutWhatIsUnchanged_unlessToldNotTo() throws Exception {
    Files.writeString(data.resolve(NAME), HEADER + hours(1, 30 * 24));
    assertThat(demo()).as(console.err()).isEqualTo(ExitCode.DONE);
    assertThat(console.out()).doesNotContain("unchanged");

    TestConsole second = new TestConsole();
    assertThat(demo(second)).as(second.err()).isEqualTo(ExitCode.DONE);
    String number = "\\d+\\.\\d s";
    assertThat(second.out())
        .containsPattern(
            "bronze: unchanged, 720 rows not computed again; about %1$s saved, %1$s to find out"
                .formatted(number))
        .contains("silver: 2 of 2 months unchanged, 720 rows not computed again; about ")
        .contains("gold: unchanged, 720 rows not computed again; about ")
        .contains("Worst day: ");

    target.execute("delete from silver_hour where hour = '2013-04-01 05:00'");
    TestConsole third = new TestConsole();
    assertThat(demo(third, "--json")).as(third.err()).isEqualTo(ExitCode.DONE);
    JsonNode silver = summary(third).get("silver");
    assertThat(silver.get("parts").asInt()).isEqualTo(2);
    assertThat(silver.get("parts_unchanged").asInt()).isEqualTo(1);
    assertThat(silver.get("rows_unchanged").asLong()).isEqualTo(28 * 24);
    assertThat(silver.get("saved_seconds").asDouble()).isPositive();
    assertThat(silver.get("check_seconds").asDouble()).isPositive();
    assertThat(silver.get("rows_read").asLong()).isEqualTo(2 * 24);
    assertThat(target.value("select count(*) from silver_hour", Long.class)).isEqualTo(720);

    TestConsole last = new TestConsole();
    assertThat(demo(last, "--no-cache", "--json")).as(last.err()).isEqualTo(ExitCode.DONE);
    assertThat(summary(last).at("/rows_read").asLong()).isEqualTo(3 * 720);
    assertThat(summary(last).at("/gold/parts_unchanged").asInt()).isZero();
  }

  @Test
  void demo_shouldRejectWhatIsNoLineOfTheFile_andTakeTheOthers() throws Exception {
    byte[] long10Mb = new byte[10 << 20];
    Arrays.fill(long10Mb, (byte) '7');
    try (OutputStream file = Files.newOutputStream(data.resolve(NAME))) {
      file.write((HEADER + hours(1, 3)).getBytes(UTF_8));
      file.write("4,2013,3,1,4,\0,9,4,7,300,77,-0.7,1023,-18.8,0,NNW,4.4,Here\n".getBytes(UTF_8));
      file.write("5,2013,3,1,5\n".getBytes(UTF_8));
      file.write(long10Mb);
      file.write(("\n" + hours(7, 9)).getBytes(UTF_8));
      file.write(
          "10,2013,3,1,10,4,9,4,7,300,77,-0.7,1023,-18.8,0,\"NNW,4.4,Here\n".getBytes(UTF_8));
    }

    assertThat(demo("--json")).as(console.err()).isEqualTo(ExitCode.DONE);

    assertThat(summary().at("/bronze/rows_rejected").asLong()).isEqualTo(4);
    assertThat(target.value(BRONZE_ROWS, Long.class)).isEqualTo(6);
    assertThat(
            target.query(
                "select line || ' ' || reason from bronze_reject order by line",
                row -> row.getString(1)))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("5 ").contains("NUL"),
            line -> assertThat(line).startsWith("6 ").contains("5 fields"),
            line -> assertThat(line).startsWith("7 ").contains("bytes"),
            line -> assertThat(line).startsWith("11 ").contains("quote"));
  }

  @Test
  void demo_shouldRefuseAFileWithoutAColumn_beforeItWritesAnything() throws Exception {
    Files.writeString(data.resolve(NAME), (HEADER + hours(1, 3)).replace("PM10,", ""));

    assertThat(demo()).isEqualTo(ExitCode.USAGE);

    assertThat(console.err().lines()).singleElement().asString().contains(NAME, "PM10");
    assertNothingWritten();
  }

  @Test
  void demo_shouldRefuseATruncatedFile_beforeItWritesAnything() throws Exception {
    byte[] whole = gzip(HEADER + hours(1, 2000));
    Files.write(data.resolve(NAME + ".gz"), Arrays.copyOf(whole, whole.length / 2));

    assertThat(demo()).isEqualTo(ExitCode.USAGE);

    assertThat(console.err().lines())
        .singleElement()
        .asString()
        .contains(NAME + ".gz", "gzip data ends early, after line");
    assertNothingWritten();
  }

  @Test
  void demo_shouldRefuseAFolderWithoutTheFiles() throws Exception {
    assertThat(demo()).isEqualTo(ExitCode.USAGE);

    assertThat(console.err().lines()).singleElement().asString().contains("PRSA_Data_*.csv");
  }

  @Test
  void demo_shouldRefuseAFolderThatIsNotThere() {
    assertThat(console.run("demo", "--data=" + data.resolve("none"))).isEqualTo(ExitCode.USAGE);

    assertThat(console.err().lines())
        .singleElement()
        .asString()
        .startsWith("Invalid --data: ")
        .endsWith("none (must be a folder with the files of the data set)");
  }

  /** The hours {@code from} to {@code to} since the data set's beginning, as lines. */
  private static String hours(int from, int to) {
    StringBuilder lines = new StringBuilder();
    for (int i = from; i <= to; i++) {
      int day = (i - 1) / 24;
      lines.append(
          "%d,2013,%d,%d,%d,%d,%d,4,7,300,77,-0.7,1023,-18.8,0,NNW,4.4,Aotizhongxin\n"
              .formatted(i, 3 + day / 28, 1 + day % 28, (i - 1) % 24, 4 + i % 90, 9 + i % 90));
    }
    return lines.toString();
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static void assertNothingWritten() throws Exception {
    assertThat(target.value("select to_regclass('bronze_measurement') is null", Boolean.class))
        .isTrue();
  }

  private int demo(String... more) {
    return demo(console, more);
  }

  private int demo(TestConsole console, String... more) {
    List<String> args =
        new ArrayList<>(List.of("demo", "--data=" + data, "--target=" + target.jdbcUrl()));
    args.addAll(List.of(more));
    return console.run(args.toArray(new String[0]));
  }

  private JsonNode summary() throws IOException {
    return summary(console);
  }

  private static JsonNode summary(TestConsole console) throws IOException {
    List<String> lines = console.out().lines().toList();
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }
}
