// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackendParserTest {

  private static MessageStream session() {
    return new MessageStream()
        .message('R', "\0\0\0\0")
        .message('S', "TimeZone\0UTC\0")
        .message('Z', "I")
        .message('G', "\0\0\0")
        .message('C', "COPY 3\0")
        .message('D', "\0\1\0\0\0\6COMMIT")
        .message('N', "SNOTICE\0\0")
        .message('E', "SERROR\0C23505\0\0")
        .message('1', "")
        .message('C', "COMMIT\0")
        .message('Z', "I");
  }

  private static List<String> ends(List<byte[]> chunks) {
    BackendParser parser = new BackendParser();
    List<String> ends = new ArrayList<>();
    chunks.forEach(chunk -> ends.addAll(parser.read(chunk)));
    return ends;
  }

  @Test
  void read_shouldTellHowEachCommandEnded_howeverTheStreamIsSplit() {
    byte[] refused = new MessageStream().raw("NN").raw(string(session())).bytes();
    for (byte[] stream : List.of(session().bytes(), refused)) {
      for (List<byte[]> chunks : MessageStream.splits(stream)) {
        assertThat(ends(chunks)).containsExactly("COPY 3", "ERROR", "COMMIT");
      }
    }
  }

  @Test
  void read_shouldTellOfARefusedStartup() {
    byte[] stream = new MessageStream().message('E', "SFATAL\0C53300\0\0").bytes();
    assertThat(ends(List.of(stream))).containsExactly("ERROR");
  }

  @Test
  void read_shouldFindNothing_whenTheConnectionIsEncrypted() {
    for (String accepts : List.of("S", "NS", "G")) {
      byte[] stream = new MessageStream().raw(accepts).raw(string(session())).bytes();
      for (List<byte[]> chunks : MessageStream.splits(stream)) {
        assertThat(ends(chunks)).isEmpty();
      }
    }
  }

  private static String string(MessageStream messages) {
    return new String(messages.bytes(), StandardCharsets.ISO_8859_1);
  }
}
