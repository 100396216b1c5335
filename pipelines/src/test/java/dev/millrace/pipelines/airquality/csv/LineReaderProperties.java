// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

class LineReaderProperties {
  private static final int LIMIT = 40;

  @Property
  void next_shouldCutAtLineEndsHoweverTheBytesArrive(
      @ForAll("lines") List<String> lines,
      @ForAll boolean endsWithLf,
      @ForAll @IntRange(min = 1, max = 50) int step)
      throws IOException {
    boolean openEnd = !endsWithLf && !lines.isEmpty() && !lines.get(lines.size() - 1).isEmpty();
    String text = String.join("\r\n", lines) + (openEnd || lines.isEmpty() ? "" : "\r\n");

    LineReader reader = new LineReader(trickle(text, step), LIMIT);
    List<String> read = new ArrayList<>();
    while (reader.next()) {
      String line = new String(reader.bytes(), 0, reader.length(), StandardCharsets.US_ASCII);
      read.add(line + (reader.overlong() ? "..." : ""));
    }

    assertThat(read).isEqualTo(lines.stream().map(LineReaderProperties::cut).toList());
  }

  @Property
  void split_shouldUndoQuoting(@ForAll("fields") List<String> fields) throws Fields.Malformed {
    String line =
        fields.stream()
            .map(field -> '"' + field.replace("\"", "\"\"") + '"')
            .collect(Collectors.joining(","));
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);

    assertThat(Fields.split(bytes, bytes.length, 4)).isEqualTo(fields);
  }

  private static String cut(String line) {
    return line.length() <= LIMIT ? line : line.substring(0, LIMIT) + "...";
  }

  /** Gives at most {@code step} bytes a read, as a network or a decompressor may. */
  private static InputStream trickle(String text, int step) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return new ByteArrayInputStream(bytes) {
      @Override
      public int read(byte[] target) {
        return read(target, 0, Math.min(step, target.length));
      }
    };
  }

  @Provide
  Arbitrary<List<String>> lines() {
    Arbitrary<String> longest = Arbitraries.strings().withChars("xy").ofLength(LIMIT);
    Arbitrary<String> line = Arbitraries.strings().withChars("ab,\"").ofMaxLength(LIMIT);
    Arbitrary<String> overlong =
        Arbitraries.strings().withChars("xy").ofMinLength(LIMIT + 1).ofMaxLength(200);
    return Arbitraries.frequencyOf(Tuple.of(5, line), Tuple.of(1, longest), Tuple.of(1, overlong))
        .list()
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<String>> fields() {
    return Arbitraries.strings()
        .withChars("a,\" \u00e4\u4eac")
        .ofMaxLength(6)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }
}
