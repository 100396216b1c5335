// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import static dev.millrace.monitor.SampleRuns.end;
import static dev.millrace.monitor.SampleRuns.start;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.Recording;
import dev.millrace.monitor.run.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A dashboard at all addresses of this machine, as its neighbours see it. */
@Timeout(300)
class ProtectedDashboardTest {

  private static final String TOKEN = "kanarienvogel+/%&=\"'<>0123456789abcdef";
  private static final String BEARER = "Authorization: Bearer " + TOKEN;

  private static final List<String> METHODS =
      List.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS");

  private static ServerCertificate certificate;
  private static SSLContext client;

  private final AtomicLong nanos = new AtomicLong();
  private final Queue<String> log = new ConcurrentLinkedQueue<>();
  private final Logger root = Logger.getLogger("");
  private final Level level = root.getLevel();
  private final Handler listening =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          log.add(
              line.getMessage() + Stream.ofNullable(line.getParameters()).map(List::of).toList());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private Path file;
  private History history;
  private Dashboard dashboard;
  private int port;

  @BeforeAll
  static void certify(@TempDir Path folder) throws Exception {
    Path pkcs12 = Certificates.make(folder.resolve("own.p12"), "EC", "dns:dash.test,dns:localhost");
    certificate = ServerCertificate.read(pkcs12, Certificates.PASSWORD);
    client = Certificates.trusting(pkcs12);
  }

  @BeforeEach
  void open(@TempDir Path folder) {
    listening.setLevel(Level.ALL);
    root.addHandler(listening);
    root.setLevel(Level.ALL);
    file = folder.resolve("history.db");
    history = History.open(file);
    serve(new Access(new Address("0.0.0.0", 0), Token.of(TOKEN), certificate, List.of()));
  }

  @AfterEach
  void close() {
    dashboard.close();
    history.close();
    root.removeHandler(listening);
    root.setLevel(level);
    assertThat(log).noneMatch(line -> line.contains("kanarienvogel"));
  }

  private void serve(Access access) {
    dashboard =
        Dashboard.start(
            file,
            access,
            Clock.systemUTC(),
            new Ticker() {
              @Override
              public long read() {
                return nanos.get();
              }
            });
    port = URI.create(dashboard.url()).getPort();
  }

  private void serveInstead(Access access) {
    dashboard.close();
    serve(access);
  }

  static List<String> routes() {
    return List.of(
        "/",
        "/app.js",
        "/uplot.js",
        "/api/runs",
        "/api/run?id=1",
        "/api/compare?id=1",
        "/api/live",
        "/sign-in.css/../app.js",
        "/sign-in.css;/app.js",
        "/none");
  }

  @ParameterizedTest
  @MethodSource("routes")
  void route_shouldAskForTheToken_whateverIsDone(String route) throws Exception {
    String cookie = cookie(signIn(TOKEN));
    for (String method : METHODS) {
      String what = method + " " + route;
      boolean isSignIn = what.equals("POST /");
      boolean isRead = method.equals("GET") || method.equals("HEAD");
      Answer none = ask(method, route);
      assertThat(none.status()).as(what).isEqualTo(401);
      assertThat(none.head()).contains("WWW-Authenticate: Bearer");
      assertThat(ask(method, route, BEARER + "x").status()).as(what).isEqualTo(401);
      nanos.addAndGet(Attempts.WINDOW.toNanos());
      for (String right : List.of(BEARER, "Cookie: " + cookie)) {
        assertThat(ask(method, route, right).status())
            .as(what)
            .isIn(isSignIn ? List.of(401) : isRead ? List.of(200, 404) : List.of(405));
      }
      assertThat(askAs("evil.test:" + port, method, route, BEARER).status())
          .as(what)
          .isEqualTo(403);
      assertThat(ask(method, route, BEARER, "Origin: https://evil.test").status())
          .as(what)
          .isEqualTo(403);
    }
  }

  @Test
  void route_shouldTakeNothingElseForTheToken() throws Exception {
    for (String wrong :
        List.of(
            "Authorization: Bearer " + TOKEN.replace('a', 'b'),
            "Authorization: Bearer ",
            "Authorization: Basic " + TOKEN,
            "Cookie: %s=%s".formatted(cookieName(), "a".repeat(43)),
            "Cookie: %s=%s".formatted(cookieName(), TOKEN))) {
      assertThat(ask("GET", "/api/runs", wrong).status()).as(wrong).isEqualTo(401);
    }
    assertThat(ask("GET", "/api/runs?token=" + URLEncoder.encode(TOKEN, ISO_8859_1)).status())
        .isEqualTo(401);
  }

  @Test
  void route_shouldBeAskedByItsOwnName() throws Exception {
    for (String host : List.of("dash.test", "127.0.0.1:" + port, "localhost:1", "")) {
      assertThat(askAs(host, "GET", "/", BEARER).status()).as(host).isEqualTo(403);
    }
    assertThat(ask("GET", "/", BEARER, "Host: dash.test:" + port).status()).isEqualTo(400);
    for (String origin : List.of("http://dash.test:" + port, "https://dash.test", "null", "")) {
      assertThat(ask("GET", "/", BEARER, "Origin: " + origin).status()).as(origin).isEqualTo(403);
    }
    assertThat(ask("GET", "/", BEARER, "Origin: https://dash.test:" + port).status())
        .isEqualTo(200);
    assertThat(askAs("localhost:" + port, "GET", "/", BEARER).status()).isEqualTo(200);
  }

  @Test
  void answer_shouldBeStrict_whateverItIs() throws Exception {
    for (Answer answer :
        List.of(
            ask("GET", "/"),
            ask("GET", "/", BEARER),
            ask("GET", "/api/runs"),
            ask("GET", "/none", BEARER),
            askAs("evil.test", "GET", "/"))) {
      assertThat(answer.head())
          .contains(
              "Content-Security-Policy: default-src 'none'; script-src 'self';",
              "frame-ancestors 'none'",
              "X-Content-Type-Options: nosniff",
              "Cache-Control: no-store",
              "Strict-Transport-Security: max-age=86400")
          .doesNotContain("unsafe-");
    }
  }

  @Test
  void page_shouldBeThatToSignInAt_withoutScript() throws Exception {
    Answer page = ask("GET", "/", "Accept: text/html");

    assertThat(page.status()).isEqualTo(401);
    assertThat(page.head()).contains("form-action 'self'", "Referrer-Policy: same-origin");
    assertThat(page.body())
        .contains("<form method=\"post\">", "type=\"password\"")
        .doesNotContain("<script", "style=", "{note}", "uplot");
    Matcher style = Pattern.compile("href=\"([^\"]*)\"").matcher(page.body());
    assertThat(style.find()).isTrue();
    assertThat(ask("GET", style.group(1)).status()).isEqualTo(200);
    assertThat(ask("GET", "/", BEARER).head()).contains("form-action 'none'");
  }

  @Test
  void signIn_shouldGiveACookieThatIsNotTheToken() throws Exception {
    Answer first = signIn(TOKEN);
    assertThat(first.status()).isEqualTo(303);
    assertThat(first.head())
        .contains("\r\nLocation: /\r\n")
        .containsPattern(
            "\r\nSet-Cookie: __Host-millrace-%d=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Secure\r\n"
                .formatted(port))
        .doesNotContain("Max-Age", "Expires=");
    String cookie = cookie(first);
    assertThat(cookie(signIn(TOKEN))).isNotEqualTo(cookie);
    assertThat(ask("GET", "/api/runs", "Cookie: other=1; " + cookie).status()).isEqualTo(200);

    nanos.addAndGet(Sessions.IDLE.toNanos());
    assertThat(ask("GET", "/api/runs", "Cookie: " + cookie).status()).isEqualTo(401);

    String last = cookie(signIn(TOKEN));
    serveInstead(new Access(new Address("0.0.0.0", port), Token.of(TOKEN), certificate, List.of()));
    assertThat(ask("GET", "/api/runs", "Cookie: " + last).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "token", "token=", "other=1", "token=%zz", "token=%"})
  void signIn_shouldAskAgain_whenTheFormIsEmpty(String form) throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(post(form).status()).isEqualTo(401);
    }
    assertThat(signIn(TOKEN).status()).isEqualTo(303);
  }

  @Test
  void signIn_shouldTakeNoMoreThanAForm() throws Exception {
    assertThat(post("token=" + "a".repeat(5000)).status()).isIn(400, 413);
    assertThat(signIn(TOKEN).status()).isEqualTo(303);
  }

  @Test
  void signIn_shouldBeOfThisPage() throws Exception {
    assertThat(post("token=x", "Origin: https://dash.test:" + port).status()).isEqualTo(401);
    assertThat(post("token=x", "Origin: https://evil.test").status()).isEqualTo(403);
    assertThat(post("token=x", "Origin: null").status()).isEqualTo(403);
  }

  @Test
  void guessing_shouldBeSlow() throws Exception {
    String cookie = cookie(signIn(TOKEN));
    for (int i = 0; i < Attempts.MOST; i++) {
      Answer wrong = i % 2 == 0 ? signIn("wrong" + i) : ask("GET", "/", "Authorization: Bearer x");
      assertThat(wrong.status()).isEqualTo(401);
      assertThat(wrong.body()).contains("Cannot sign in: that is not the token.");
    }
    for (Answer late : List.of(signIn(TOKEN), ask("GET", "/api/runs", BEARER), signIn("x"))) {
      assertThat(late.status()).isEqualTo(429);
      assertThat(late.head()).contains("Retry-After: 60");
      assertThat(late.body()).contains("try again in a minute").doesNotContain("Set-Cookie");
    }
    assertThat(ask("GET", "/api/runs", "Cookie: " + cookie).status()).isEqualTo(200);

    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(signIn(TOKEN).status()).isEqualTo(303);
  }

  @Test
  void plainHttp_shouldGetNothing() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request("dash.test:" + port, "GET", "/", "", BEARER));
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .doesNotContain("HTTP", "Millrace", "html");
    }
  }

  /** By hand, since a client's library refuses to say the old versions itself. */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, false", "3, true"})
  void tls_shouldBeNoOlderThanOnePointTwo(int minor, boolean isAnswered) throws Exception {
    byte handshake = 0x16;
    byte alert = 0x15;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(hello((byte) minor));
      byte[] answer = socket.getInputStream().readNBytes(7);
      assertThat(answer[0]).isEqualTo(isAnswered ? handshake : alert);
      if (!isAnswered) {
        // protocol_version, and fatal.
        assertThat(answer).endsWith(2, 70);
      }
    }
  }

  private static byte[] hello(byte minor) {
    byte[] extensions = {
      0,
      10,
      0,
      4,
      0,
      2,
      0,
      23, // supported_groups: secp256r1
      0,
      11,
      0,
      2,
      1,
      0, // ec_point_formats: uncompressed
      0,
      13,
      0,
      4,
      0,
      2,
      4,
      3 // signature_algorithms: ecdsa_secp256r1_sha256
    };
    byte[] suites = {(byte) 0xC0, 0x2B, (byte) 0xC0, 0x09, 0, 0x2F};
    int body = 2 + 32 + 1 + 2 + suites.length + 2 + 2 + extensions.length;
    ByteBuffer hello = ByteBuffer.allocate(5 + 4 + body);
    hello.put((byte) 0x16).put((byte) 3).put((byte) 1).putShort((short) (4 + body));
    hello.put((byte) 1).put((byte) 0).putShort((short) body);
    hello.put((byte) 3).put(minor).put(new byte[32]).put((byte) 0);
    hello.putShort((short) suites.length).put(suites).put((byte) 1).put((byte) 0);
    hello.putShort((short) extensions.length).put(extensions);
    return hello.array();
  }

  @Test
  void tls_shouldHaveOnlyCiphersThatAuthenticate() throws Exception {
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      try (SSLSocket socket = connect()) {
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        assertThat(socket.getSession().getCipherSuite()).containsPattern("GCM|CHACHA20");
      }
    }
    try (SSLSocket socket = connect()) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"});
      assertThatThrownBy(socket::startHandshake).hasMessageContaining("handshake_failure");
    }
  }

  @Test
  void live_shouldServeAThousandAtOnce() throws Exception {
    Recording recording = history.begin(start(1));
    List<SSLSocket> watching = new ArrayList<>();
    try {
      String cookie = cookie(signIn(TOKEN));
      for (int i = 0; i < 1000; i++) {
        SSLSocket socket = connect();
        watching.add(socket);
        socket
            .getOutputStream()
            .write(
                request(
                    "dash.test:" + port,
                    "GET",
                    "/api/live",
                    "",
                    i % 2 == 0 ? BEARER : "Cookie: " + cookie));
      }
      recording.ended(end(1, Status.STOPPED));
      for (SSLSocket socket : watching) {
        assertThat(readUntil(socket, "\"STOPPED\"")).startsWith("HTTP/1.1 200 ");
      }
      assertThat(ask("GET", "/api/runs", BEARER).status()).isEqualTo(200);
    } finally {
      for (SSLSocket socket : watching) {
        socket.close();
      }
    }
  }

  @Test
  void token_shouldBeAskedForOnLoopback_too() throws Exception {
    serveInstead(new Access(Address.loopback(0), Token.of(TOKEN), null, List.of()));
    assertThat(dashboard.url()).startsWith("http://127.0.0.1:");

    assertThat(ask("GET", "/api/runs").status()).isEqualTo(401);
    assertThat(ask("GET", "/api/runs", BEARER).status()).isEqualTo(200);
    Answer in = signIn(TOKEN);
    assertThat(in.head()).contains("HttpOnly; SameSite=Strict\r\n").doesNotContain("__Host-");
    Answer runs = ask("GET", "/api/runs", "Cookie: " + cookie(in));
    assertThat(runs.status()).isEqualTo(200);
    assertThat(runs.head()).doesNotContain("Strict-Transport-Security");
  }

  @Test
  void tls_shouldBeHadOnLoopback_too() throws Exception {
    serveInstead(new Access(new Address("localhost", 0), null, certificate, List.of()));
    assertThat(dashboard.url()).startsWith("https://localhost:");

    Answer runs = askAs("localhost:" + port, "GET", "/api/runs");
    assertThat(runs.status()).isEqualTo(200);
    assertThat(runs.head()).doesNotContain("Strict-Transport-Security");
    assertThat(askAs("localhost:" + port, "POST", "/").status()).isEqualTo(405);
  }

  @Test
  void start_shouldRefuseAnAddressOfAnotherMachine() {
    Access access =
        new Access(new Address("192.0.2.7", 9480), Token.of(TOKEN), certificate, List.of());
    assertThatThrownBy(() -> Dashboard.start(file, access).close())
        .isInstanceOf(DashboardException.class)
        .hasMessageStartingWith("Cannot serve the dashboard at 192.0.2.7:9480: ");
  }

  @Test
  void token_shouldBeInNoFile() throws Exception {
    signIn(TOKEN);
    history.begin(start(1)).ended(end(1, Status.DONE));
    try (Stream<Path> files = Files.list(file.getParent())) {
      for (Path each : files.toList()) {
        assertThat(Files.readString(each, ISO_8859_1)).doesNotContain("kanarienvogel");
      }
    }
  }

  /** What came back: the head, and of the body what there is unless it never ends. */
  private record Answer(String head, String body) {
    int status() {
      return Integer.parseInt(head.split(" ", 3)[1]);
    }
  }

  private Answer ask(String method, String path, String... headers) throws IOException {
    return askAs(ownHost(), method, path, headers);
  }

  private Answer askAs(String host, String method, String path, String... headers)
      throws IOException {
    return send(request(host, method, path, "", headers), path.startsWith("/api/live"));
  }

  private String ownHost() {
    return (dashboard.url().startsWith("https:") ? "dash.test:" : "127.0.0.1:") + port;
  }

  private Answer post(String form, String... headers) throws IOException {
    return send(request(ownHost(), "POST", "/", form, headers), false);
  }

  private Answer signIn(String token) throws IOException {
    return post("token=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
  }

  private String cookieName() {
    return "__Host-millrace-" + port;
  }

  private static String cookie(Answer signedIn) {
    Matcher cookie = Pattern.compile("Set-Cookie: ([^;]+);").matcher(signedIn.head());
    assertThat(cookie.find()).as(signedIn.head()).isTrue();
    return cookie.group(1);
  }

  private static byte[] request(
      String host, String method, String path, String body, String... headers) {
    return "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s%s\r\n%s"
        .formatted(
            method,
            path,
            host,
            Stream.of(headers).map(each -> each + "\r\n").reduce("", String::concat),
            body.isEmpty()
                ? ""
                : "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n"
                    .formatted(body.length()),
            body)
        .getBytes(ISO_8859_1);
  }

  private SSLSocket connect() throws IOException {
    SSLSocket socket =
        (SSLSocket) client.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
    return socket;
  }

  private Answer send(byte[] request, boolean isEndless) throws IOException {
    try (Socket socket =
        dashboard.url().startsWith("https:")
            ? connect()
            : new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request);
      String answer =
          isEndless
              ? readUntil(socket, "\r\n\r\n")
              : new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 ").doesNotContain("kanarienvogel");
      int end = answer.indexOf("\r\n\r\n") + 2;
      return new Answer(answer.substring(0, end), answer.substring(end));
    }
  }

  private static String readUntil(Socket socket, String wanted) throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    while (!all.toString(ISO_8859_1).contains(wanted)) {
      int count = in.read(buffer);
      assertThat(count).as(all.toString(ISO_8859_1)).isPositive();
      all.write(buffer, 0, count);
    }
    return all.toString(StandardCharsets.UTF_8);
  }
}
