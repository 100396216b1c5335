// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.sql.SQLException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.beam.sdk.Pipeline.PipelineExecutionException;
import org.apache.beam.sdk.util.UserCodeException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.client.JobExecutionException;
import org.junit.jupiter.api.Test;

class SentenceTest {

  @Test
  void of_shouldTakeOurSentenceFromUnderTheRunnersWrappings() {
    Throwable ours =
        new IllegalStateException("Cannot read public.t: page 7 is damaged", new SQLException("x"));

    assertThat(Sentence.of("sync", new PipelineExecutionException(UserCodeException.wrap(ours))))
        .isEqualTo("Cannot read public.t: page 7 is damaged");
    assertThat(Sentence.of("sync", new JobExecutionException(new JobID(), "Job failed.", ours)))
        .isEqualTo("Cannot read public.t: page 7 is damaged");
  }

  @Test
  void of_shouldPutSqlErrorsIntoWords() {
    SQLException missing =
        new SQLException("ERROR: relation \"t\" does not exist\n  Position: 15", "42P01");

    assertThat(Sentence.of("sync", new RuntimeException(missing)))
        .isEqualTo("Cannot sync: relation \"t\" does not exist");
    assertThat(Sentence.exitCode(missing)).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void of_shouldSayWhyNobodyAnswers() {
    SQLException refused =
        new SQLException(
            "The connection attempt failed.", "08001", new ConnectException("refused"));
    SQLException unknown =
        new SQLException(
            "The connection attempt failed.", "08001", new UnknownHostException("db9"));

    assertThat(Sentence.of("sync", refused))
        .isEqualTo(
            "Cannot sync: the server refused the connection; check host and port, and that it runs");
    assertThat(Sentence.of("sync", unknown)).isEqualTo("Cannot sync: the host db9 is unknown");
    assertThat(Sentence.exitCode(refused)).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void of_shouldSayThatACertificateIsNotTrusted() {
    Exception unsigned = new CertPathBuilderException("unable to find a path");
    SQLException refused =
        new SQLException(
            "SSL error: PKIX path building failed: sun.x: unable to find a path",
            "08006",
            new SSLHandshakeException("PKIX").initCause(unsigned));

    assertThat(Sentence.of("sync", refused))
        .isEqualTo("Cannot sync: the server's certificate is not trusted (unable to find a path)");
  }

  @Test
  void of_shouldNameTheKindOfFailure_whenThereIsNoMessage() {
    assertThat(Sentence.of("sync", new IllegalStateException()))
        .isEqualTo("Cannot sync: IllegalStateException");
    assertThat(Sentence.of("sync", new RuntimeException(new ArithmeticException("/ by zero"))))
        .isEqualTo("Cannot sync: ArithmeticException: / by zero");
  }

  @Test
  void of_shouldEnd_whenCausesGoRound() {
    Exception a = new Exception("a");
    Exception b = new Exception("b", a);
    a.initCause(b);

    assertThat(Sentence.of("sync", a)).isEqualTo("Cannot sync: Exception: b");
  }

  @Test
  void exitCode_shouldTellARefusalFromAFailureOnTheWay() {
    Exception refused = new IllegalArgumentException("Invalid key: x (must be a column of t)");

    assertThat(Sentence.exitCode(refused)).isEqualTo(ExitCode.USAGE);
    assertThat(Sentence.exitCode(new PipelineExecutionException(refused)))
        .isEqualTo(ExitCode.FAILED);
    assertThat(Sentence.exitCode(new SQLException("no", "28P01"))).isEqualTo(ExitCode.USAGE);
    assertThat(Sentence.exitCode(new OutOfMemoryError("Java heap space")))
        .isEqualTo(ExitCode.FAILED);
  }

  @Test
  void redact_shouldHidePasswordsOfUrls() {
    assertThat(Sentence.redact("jdbc:postgresql://h/d?user=u&password=s3cret&ssl=true is bad"))
        .isEqualTo("jdbc:postgresql://h/d?user=u&password=***&ssl=true is bad");
    assertThat(Sentence.redact("jdbc:postgresql://u:s3cret@h/d"))
        .isEqualTo("jdbc:postgresql://u:***@h/d");
  }
}
