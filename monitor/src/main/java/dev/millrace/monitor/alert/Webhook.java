// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts messages to a URL, one after the other, from a thread of its own: who has one to tell never
 * waits, and nothing fails but a line in the log. A message is tried again, with growing waits,
 * when nobody answers within ten seconds, or the answer is 408, 429 or 500 and above: it may arrive
 * twice. It is given up after two minutes. Of messages that wait the latest {@value #MOST} are
 * kept.
 *
 * <p>With a secret, each has the header {@value #SIGNATURE}: {@code sha256=} and the HMAC-SHA256 of
 * the body in hexadecimal digits. Safe for use by several threads.
 */
public final class Webhook implements AutoCloseable {

  /** Messages that wait. */
  public static final int MOST = 100;

  /** The header that shows who has sent a message. */
  public static final String SIGNATURE = "X-Millrace-Signature";

  private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);

  private static final Set<Integer> PASSING = Set.of(408, 429);
  private static final int SERVER_ERROR = 500;

  /**
   * How long things may take.
   *
   * @param answer until an answer is there
   * @param first the wait after the first failure
   * @param longest the wait after many
   * @param message until a message is given up
   * @param closing until what waits at the end is given up
   */
  record Limits(
      Duration answer, Duration first, Duration longest, Duration message, Duration closing) {}

  private static final Limits USUAL =
      new Limits(
          Duration.ofSeconds(10),
          Duration.ofMillis(500),
          Duration.ofSeconds(15),
          Duration.ofMinutes(2),
          Duration.ofSeconds(5));

  private final URI url;
  private final byte @Nullable [] secret;
  private final Limits limits;
  private final Deque<String> waiting = new ArrayDeque<>();
  private @Nullable Thread sender;
  private boolean sending;
  private boolean closed;
  private int lost;

  /** An answer that does not take the message. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final int status;

    RefusedException(int status) {
      super("it answered " + status);
      this.status = status;
    }

    boolean isPassing() {
      return PASSING.contains(status) || status >= SERVER_ERROR;
    }
  }

  Webhook(URI url, @Nullable String secret, Limits limits) {
    this.url = url;
    this.secret = secret == null ? null : secret.getBytes(StandardCharsets.UTF_8);
    this.limits = limits;
  }

  /**
   * A webhook; it has no thread and no connection before there is a message.
   *
   * @param url of {@code http} or {@code https}, without a user
   * @param secret to sign messages with; null not to
   * @return empty if the URL is not like that
   */
  public static Optional<Webhook> of(String url, @Nullable String secret) {
    try {
      URI parsed = new URI(url);
      boolean isHttp = "http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme());
      return isHttp && parsed.getHost() != null && parsed.getUserInfo() == null
          ? Optional.of(new Webhook(parsed, secret, USUAL))
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** Takes a message to be sent; the oldest that waits is given up if there are too many. */
  public synchronized void offer(String body) {
    if (closed) {
      return;
    }
    if (waiting.size() == MOST) {
      waiting.removeFirst();
      lost++;
    }
    waiting.addLast(body);
    if (sender == null) {
      Thread thread = new Thread(this::send, "millrace-webhook");
      thread.setDaemon(true);
      thread.start();
      sender = thread;
    }
    notifyAll();
  }

  private void send() {
    // A client has a thread of its own, which ends once nobody has the client any longer.
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.answer())
            .build();
    try {
      for (String body = next(); body != null; body = next()) {
        send(client, body);
        done();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable String next() throws InterruptedException {
    while (waiting.isEmpty() && !closed) {
      wait();
    }
    sending = !waiting.isEmpty();
    return waiting.pollFirst();
  }

  private synchronized void done() {
    sending = false;
    notifyAll();
  }

  private void send(HttpClient client, String body) throws InterruptedException {
    RetryPolicy<Object> policy =
        RetryPolicy.builder()
            .handleIf(
                failure ->
                    failure instanceof IOException
                        && !(failure instanceof RefusedException refused && !refused.isPassing()))
            .withBackoff(limits.first(), limits.longest())
            .withJitter(0.25)
            .withMaxDuration(limits.message())
            .withMaxRetries(-1)
            .build();
    try {
      Failsafe.with(policy).run(() -> post(client, body));
    } catch (FailsafeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof InterruptedException stopped) {
        throw stopped;
      }
      giveUp(cause);
    } catch (RuntimeException e) {
      giveUp(e);
    }
  }

  private void giveUp(Throwable why) {
    synchronized (this) {
      lost++;
    }
    String said = why.getMessage();
    LOG.warn(
        "An alert did not reach {}: {}",
        address(),
        said == null ? why.getClass().getSimpleName() : said);
  }

  private void post(HttpClient client, String body) throws IOException, InterruptedException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(limits.answer())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(bytes));
    if (secret != null) {
      request.header(SIGNATURE, "sha256=" + signature(secret, bytes));
    }
    int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    if (status < 200 || status > 299) {
      throw new RefusedException(status);
    }
  }

  static String signature(byte[] secret, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, mac.getAlgorithm()));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot sign a message: " + e.getMessage(), e);
    }
  }

  /** Without its path, which may be a secret. */
  private String address() {
    return "%s://%s%s"
        .formatted(url.getScheme(), url.getHost(), url.getPort() < 0 ? "" : ":" + url.getPort());
  }

  /** Messages that were given up so far. */
  public synchronized int lost() {
    return lost;
  }

  /** Gives what waits five seconds to be sent, and gives up the rest. */
  @Override
  public void close() {
    Thread thread;
    synchronized (this) {
      closed = true;
      notifyAll();
      thread = sender;
    }
    if (thread == null) {
      return;
    }
    Uninterruptibles.joinUninterruptibly(thread, limits.closing());
    synchronized (this) {
      int rest = waiting.size() + (sending ? 1 : 0);
      if (rest > 0) {
        lost += rest;
        waiting.clear();
        LOG.warn("{} alerts did not reach {} before the end", rest, address());
      }
    }
    thread.interrupt();
  }
}
