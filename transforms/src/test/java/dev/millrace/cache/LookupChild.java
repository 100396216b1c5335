// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.common.base.Splitter;
import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.control.ByteSize;
import dev.millrace.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another process that runs an {@link Enrichment} when it is told to, until it is killed. */
final class LookupChild implements AutoCloseable {

  /**
   * The cache of a child, and of whoever follows it: so small a heap that entries go down all the
   * time.
   *
   * @param mebibytes of the disk
   * @param redis its URL; empty for none
   */
  record Cache(String name, Path disk, int mebibytes, String redis) {

    CacheSettings settings() {
      CacheSettings settings =
          CacheSettings.DEFAULT
              .withHeap(ByteSize.ofKibibytes(64))
              .withDisk(
                  DiskSettings.of(disk.toString()).withBytes(ByteSize.ofMebibytes(mebibytes)));
      return redis.isEmpty() ? settings : settings.withRedis(RedisSettings.of(redis));
    }

    private List<String> words() {
      return List.of(name, disk.toString(), Integer.toString(mebibytes), redis);
    }

    private static Cache of(List<String> words) {
      return new Cache(
          words.get(0), Path.of(words.get(1)), Integer.parseInt(words.get(2)), words.get(3));
    }
  }

  /** What a child's runs came to, all together, as far as it counts. */
  record Counts(long asked, long fromDisk, long dropped) {

    private static Counts of(String name) {
      return new Counts(
          Enrichment.asked(name),
          Enrichment.served(name, "disk"),
          Enrichment.dropped(name, "disk"));
    }
  }

  private static final String RUN = "run";
  private static final String FILL = "fill";
  private static final String FREE = "free";

  private final Process process;
  private final BufferedReader output;

  private LookupChild(Process process) {
    this.process = process;
    this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII));
  }

  /**
   * Starts one, and returns when it could run.
   *
   * @param into the table that it writes
   * @param before words of the command that starts it
   */
  static LookupChild start(Enrichment enrichment, String into, Cache cache, List<String> before)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of(enrichment.url(), enrichment.data().name(), into));
    arguments.addAll(cache.words());
    LookupChild child =
        new LookupChild(
            ChildJvm.start(
                before,
                List.of("-Xmx256m", "-XX:+UseSerialGC"),
                LookupChild.class,
                arguments.toArray(String[]::new)));
    String line = child.output.readLine();
    if (!"ready".equals(line)) {
      child.close();
      throw new IOException("Cannot start a child: it said " + line);
    }
    return child;
  }

  /** Has it run once more, after what it was told before. */
  void run() throws IOException {
    tell(RUN);
  }

  /** Has it fill the disk, but for some kilobytes. */
  void fill() throws IOException {
    tell(FILL);
  }

  /** Has it take back what it filled the disk with. */
  void free() throws IOException {
    tell(FREE);
  }

  private void tell(String word) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write((word + "\n").getBytes(US_ASCII));
    input.flush();
  }

  /** Waits for the end of a run. */
  Counts ended() throws IOException {
    String line = String.valueOf(output.readLine());
    List<String> counts = Splitter.on(' ').splitToList(line);
    if (counts.size() != 3) {
      throw new IOException("Cannot follow a child: it said " + line);
    }
    return new Counts(
        Long.parseLong(counts.get(0)),
        Long.parseLong(counts.get(1)),
        Long.parseLong(counts.get(2)));
  }

  /** By SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Of the child. */
  public static void main(String[] args) throws Exception {
    Enrichment enrichment = new Enrichment(args[0], Enrichment.Data.valueOf(args[1]));
    Cache cache = Cache.of(List.of(args).subList(3, args.length));
    Path ballast = cache.disk().resolve("ballast");
    CachedLookup lookup = enrichment.lookup(cache.name()).cached(cache.settings());
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, US_ASCII));
    System.out.println("ready");
    for (String word = input.readLine(); word != null; word = input.readLine()) {
      switch (word) {
        case FILL -> {
          long left = Files.getFileStore(cache.disk()).getUsableSpace();
          Files.write(ballast, new byte[(int) left - (96 << 10)]);
        }
        case FREE -> Files.delete(ballast);
        default -> {
          enrichment.run(lookup, args[2]);
          Counts counts = Counts.of(cache.name());
          System.out.printf("%d %d %d%n", counts.asked(), counts.fromDisk(), counts.dropped());
        }
      }
    }
  }
}
