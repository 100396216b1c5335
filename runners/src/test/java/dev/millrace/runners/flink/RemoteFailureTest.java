// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RemoteFailureTest {

  @Test
  void sentence_shouldBeTheOutermostOfOurForm() {
    String trace =
        """
        org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy
        \tat org.apache.flink.runtime.Some.method(Some.java:1)
        Caused by: org.apache.beam.sdk.util.UserCodeException: java.sql.SQLException: Cannot write to copy: refused
        \tat dev.millrace.write.WriteFn.flush(WriteFn.java:1)
        Caused by: org.postgresql.util.PSQLException: ERROR: refused
          Detail: something
        \tat org.postgresql.Some.method(Some.java:1)
        """;

    assertThat(RemoteFailure.sentence("sync", trace)).isEqualTo("Cannot write to copy: refused");
  }

  @Test
  void sentence_shouldTellTheInnermostCause_whenNoneHasOurForm() {
    String trace =
        """
        java.lang.RuntimeException: outer
        \tat a.B.c(B.java:1)
        Caused by: org.postgresql.util.PSQLException: ERROR: duplicate key
          Detail: Key (id)=(1) already exists.
        \tat a.B.d(B.java:1)
        \t... 3 more
        """;

    assertThat(RemoteFailure.sentence("sync", trace))
        .isEqualTo(
            "Cannot finish sync: PSQLException: ERROR: duplicate key; Detail: Key (id)=(1) already"
                + " exists.");
  }

  @Test
  void sentence_shouldTellWhatIsNoStackTrace() {
    assertThat(RemoteFailure.sentence("sync", "the cluster does not say why"))
        .isEqualTo("Cannot finish sync: the cluster does not say why");
  }
}
