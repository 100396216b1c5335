// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrontendParserTest {

  private static final int SSL_REQUEST = 80877103;
  private static final int GSS_REQUEST = 80877104;
  private static final int CANCEL_REQUEST = 80877102;

  private static MessageStream started() {
    return new MessageStream().startup();
  }

  private static int commits(MessageStream stream) {
    return new FrontendParser().read(stream.bytes());
  }

  /** The lengths of the stream at which a COMMIT ended. */
  private static List<Integer> ends(List<byte[]> chunks) {
    FrontendParser parser = new FrontendParser();
    List<Integer> ends = new ArrayList<>();
    int length = 0;
    for (byte[] chunk : chunks) {
      length += chunk.length;
      for (int i = parser.read(chunk); i > 0; i--) {
        ends.add(length);
      }
    }
    return ends;
  }

  @Test
  void read_shouldFindCommitsWhereTheyEnd_howeverTheStreamIsSplit() {
    MessageStream stream =
        new MessageStream()
            .packet(SSL_REQUEST, "")
            .startup()
            .message('p', "secret\0")
            .message('Q', "COPY t FROM STDIN\0")
            .message('d', "COMMIT\0")
            .message('c', "");
    stream.message('Q', "COMMIT\0");
    int first = stream.bytes().length;
    stream.message('P', "S_1\0COMMIT\0\0\0").message('B', "\0S_1\0\0\0\0\0\0\0");
    stream.message('E', "\0\0\0\0\0");
    int second = stream.bytes().length;
    stream.message('S', "").message('X', "");

    byte[] bytes = stream.bytes();
    for (List<byte[]> chunks : MessageStream.splits(bytes)) {
      List<Integer> ends = ends(chunks);
      assertThat(ends).hasSize(2);
      // The end of the chunk in which it ended.
      List<Integer> expected = new ArrayList<>();
      int length = 0;
      for (byte[] chunk : chunks) {
        for (int end : List.of(first, second)) {
          if (length < end && end <= length + chunk.length) {
            expected.add(length + chunk.length);
          }
        }
        length += chunk.length;
      }
      assertThat(ends).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COMMIT",
        "commit;",
        " Commit ; \n",
        "END",
        "COMMIT WORK",
        "commit transaction and no chain"
      })
  void read_shouldKnowCommit(String text) {
    assertThat(commits(started().message('Q', text + "\0"))).isEqualTo(1);
    assertThat(commits(started().extended("", text))).isEqualTo(1);
    assertThat(commits(started().extended("S_1", text.toLowerCase(Locale.ROOT)))).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ROLLBACK",
        "COMMIT PREPARED 'x'",
        "SELECT 'COMMIT'",
        "COMMITS",
        "COMMIT; SELECT 1",
        "INSERT INTO t VALUES (1); COMMIT"
      })
  void read_shouldNotTakeOtherStatementsForCommit(String text) {
    assertThat(commits(started().message('Q', text + "\0"))).isZero();
    assertThat(commits(started().extended("S_1", text))).isZero();
  }

  @Test
  void read_shouldRememberStatementsByName() {
    MessageStream prepared =
        started().extended("S_1", "COMMIT").extended("S_2", "BEGIN").extended("", "SELECT 1");
    FrontendParser parser = new FrontendParser();
    assertThat(parser.read(prepared.bytes())).isEqualTo(1);

    for (int i = 0; i < 3; i++) {
      assertThat(parser.read(new MessageStream().bindAndExecute("S_2").bytes())).isZero();
      assertThat(parser.read(new MessageStream().bindAndExecute("S_1").bytes())).isEqualTo(1);
    }
    assertThat(parser.read(new MessageStream().bindAndExecute("").bytes())).isZero();
  }

  @Test
  void read_shouldForgetStatements_whenTheyAreReplacedOrClosed() {
    assertThat(commits(started().message('P', "\0COMMIT\0\0\0").extended("", "SELECT 1"))).isZero();
    assertThat(
            commits(
                started()
                    .message('P', "S_1\0COMMIT\0\0\0")
                    .message('C', "SS_1\0")
                    .bindAndExecute("S_1")))
        .isZero();
    assertThat(
            commits(
                started()
                    .message('P', "\0COMMIT\0\0\0")
                    .message('Q', "SELECT 1\0")
                    .bindAndExecute("")))
        .isZero();
  }

  @Test
  void read_shouldFollowPortals() {
    MessageStream bound =
        started()
            .message('P', "S_1\0COMMIT\0\0\0")
            .message('P', "S_2\0SELECT 1\0\0\0")
            .message('B', "C_1\0S_1\0\0\0\0\0\0\0")
            .message('B', "C_2\0S_2\0\0\0\0\0\0\0")
            .message('E', "C_2\0\0\0\0\0");
    assertThat(commits(bound)).isZero();
    assertThat(commits(bound.message('E', "C_1\0\0\0\0\0"))).isEqualTo(1);
    assertThat(commits(bound.message('C', "PC_1\0").message('E', "C_1\0\0\0\0\0"))).isEqualTo(1);
  }

  @Test
  void read_shouldPassOverWhatIsLarge() {
    String large = "x".repeat(100_000);
    MessageStream stream =
        started()
            .message('Q', "COMMIT" + " ".repeat(MessageReader.HEAD) + "\0")
            .message('P', "S_1\0" + large + "\0\0\0")
            .message('B', "\0S_1\0" + large)
            .message('B', large + "\0\0")
            .message('d', large);
    assertThat(commits(stream)).isZero();
    assertThat(commits(stream.message('Q', "COMMIT\0"))).isEqualTo(1);
  }

  @Test
  void read_shouldWaitForTheStartup_whenEncryptionIsRefused() {
    assertThat(
            commits(
                new MessageStream()
                    .packet(GSS_REQUEST, "")
                    .packet(SSL_REQUEST, "")
                    .startup()
                    .message('Q', "COMMIT\0")))
        .isEqualTo(1);
  }

  @Test
  void read_shouldFindNothing_whereThereAreNoMessages() {
    MessageStream tls = new MessageStream().packet(SSL_REQUEST, "").raw("\u0016\3\1\0\5hello");
    MessageStream gss = new MessageStream().packet(GSS_REQUEST, "").number(12).raw("`\u0082tokens");
    MessageStream cancel = new MessageStream().packet(CANCEL_REQUEST, "pid!key!");
    MessageStream nonsense = started().raw("x").number(3);
    for (MessageStream stream : List.of(tls, gss, cancel, nonsense)) {
      byte[] bytes = stream.startup().message('Q', "COMMIT\0").bytes();
      for (List<byte[]> chunks : MessageStream.splits(bytes)) {
        assertThat(ends(chunks)).isEmpty();
      }
    }
  }
}
