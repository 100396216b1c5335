// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {

  private static final String HOSTILE = "write </script><img src=x onerror=alert(1)>\"'&";

  /** As the stages of a pipeline tell it. */
  @Name("millrace.StageChange")
  static final class StageChange extends Event {
    String from = "";
    String to = "";
  }

  /** What is done in a stage. */
  private interface Body {
    void run() throws Exception;
  }

  private static void in(String stage, Body body) throws Exception {
    change("", stage);
    try {
      body.run();
    } finally {
      change(stage, "");
    }
  }

  private static void change(String from, String to) {
    StageChange change = new StageChange();
    change.from = from;
    change.to = to;
    change.commit();
  }

  private static double spinning(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    double sum = 0;
    while (System.nanoTime() < end) {
      for (int i = 0; i < 1000; i++) {
        sum += Math.sqrt(i);
      }
    }
    return sum;
  }

  private static int allocating() {
    int sum = 0;
    for (int i = 0; i < 2_000; i++) {
      sum += new byte[100_000].length;
    }
    return sum;
  }

  private static void locking() throws InterruptedException {
    ReentrantLock lock = new ReentrantLock();
    CountDownLatch held = new CountDownLatch(1);
    Thread holder =
        new Thread(
            () -> {
              lock.lock();
              try {
                held.countDown();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2_000));
              } finally {
                lock.unlock();
              }
            });
    holder.start();
    held.await();
    lock.lock();
    try {
      holder.join();
    } finally {
      lock.unlock();
    }
  }

  private static void reading() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket other = server.accept()) {
      Thread writer =
          new Thread(
              () -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2_000));
                try {
                  other.getOutputStream().write(new byte[1000]);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      writer.start();
      assertThat(client.getInputStream().readNBytes(1000)).hasSize(1000);
      writer.join();
    }
  }

  private static Profile profile(Path folder, Map<String, Measured> measured) throws Exception {
    Path file = folder.resolve("run.jfr");
    Instant began = Instant.now();
    try (Recording recording = new Recording(Profile.settings())) {
      recording.start();
      in(HOSTILE, () -> spinning(600));
      in("make", ProfileTest::allocating);
      in("lock", ProfileTest::locking);
      in("read", ProfileTest::reading);
      spinning(300);
      recording.stop();
      recording.dump(file);
    }
    return Profile.of(file, new Subject("R1", HOSTILE, "direct", began, 1.5, measured));
  }

  private static JsonNode line(JsonNode json, String group, String name) {
    for (JsonNode line : json.get(group)) {
      if (line.get("name").asText().equals(name)) {
        return line;
      }
    }
    throw new AssertionError("no " + name + " in " + json.get(group));
  }

  @Test
  void json_shouldSayOfEachStage_whatItDidAndInWhichMethod(@TempDir Path folder) throws Exception {
    Map<String, Measured> measured = Map.of("make", new Measured(0.5, 200_000_000, 3, 4));
    JsonNode json = new ObjectMapper().readTree(profile(folder, measured).json());
    assertThat(json.get("run_id").asText()).isEqualTo("R1");
    assertThat(json.get("lost_seconds").asDouble()).isZero();

    JsonNode spinning = line(json, "stages", HOSTILE);
    assertThat(spinning.get("cpu_seconds").asDouble()).isBetween(0.05, 1.0);
    assertThat(spinning.get("cpu_methods").get(0).get("method").asText())
        .isEqualTo(ProfileTest.class.getName() + ".spinning");
    assertThat(spinning.get("measured").isNull()).isTrue();

    JsonNode make = line(json, "stages", "make");
    assertThat(make.get("allocated_bytes").asLong()).isBetween(100_000_000L, 300_000_000L);
    assertThat(make.get("allocating_methods").get(0).get("method").asText())
        .isEqualTo(ProfileTest.class.getName() + ".allocating");
    assertThat(make.get("measured").get("allocated_bytes").asLong()).isEqualTo(200_000_000);

    assertThat(line(json, "stages", "lock").get("locked_seconds").asDouble()).isBetween(1.0, 10.0);

    JsonNode read = line(json, "stages", "read");
    assertThat(read.get("io_seconds").asDouble()).isBetween(1.0, 10.0);
    assertThat(read.get("socket_read_bytes").asLong()).isEqualTo(1000);
  }

  @Test
  void json_shouldTellApartWhatBelongsToNoStage(@TempDir Path folder) throws Exception {
    JsonNode json = new ObjectMapper().readTree(profile(folder, Map.of()).json());
    double inStage = line(json, "stages", HOSTILE).get("cpu_seconds").asDouble();
    double outside = 0;
    for (JsonNode line : json.get("outside")) {
      for (JsonNode method : line.get("cpu_methods")) {
        if (method.get("method").asText().endsWith(".spinning")) {
          outside += method.get("value").asDouble();
        }
      }
    }
    assertThat(outside).isBetween(0.02, 0.5);
    assertThat(inStage).isGreaterThan(outside);
    assertThat(json.get("stages").findValuesAsText("name"))
        .containsExactlyInAnyOrder(HOSTILE, "make", "lock", "read");
  }

  @Test
  void html_shouldHoldNamesAsText_andRunItsOwnScriptOnly(@TempDir Path folder) throws Exception {
    String html = profile(folder, Map.of(HOSTILE, new Measured(1, 2, 3, 4))).html();
    assertThat(html)
        .doesNotContain("<img")
        .contains("script-src &#39;sha256-")
        .contains("write &lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;");
    assertThat(html.split("</script>", -1)).hasSize(3);
    Matcher data =
        Pattern.compile("<script type=\"application/json\" id=\"profile\">(.*?)</script>")
            .matcher(html);
    assertThat(data.find()).isTrue();
    JsonNode graphs = new ObjectMapper().readTree(data.group(1));
    assertThat(graphs.get("names").toString()).contains("ProfileTest.spinning");
    assertThat(graphs.get("views")).hasSize(View.values().length);
  }

  @Test
  void of_shouldRefuse_whatIsNoRecording(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("text"), "no recording");
    assertThatThrownBy(
            () -> Profile.of(file, new Subject("R1", "t", "direct", Instant.EPOCH, 1, Map.of())))
        .isInstanceOf(IOException.class);
  }
}
