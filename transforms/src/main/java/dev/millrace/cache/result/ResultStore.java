// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import dev.millrace.cache.result.Kept.KeptFile;
import dev.millrace.cache.tier.FormatSettings;
import dev.millrace.cache.tier.Name;
import dev.millrace.cache.tier.SavedMeter;
import dev.millrace.cache.tier.TierMeter;
import dev.millrace.connect.Secret;
import dev.millrace.control.ByteSize;
import dev.millrace.observe.Events;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;

/**
 * Keeps what stages made in files of a file system that Beam knows, which all machines of a run
 * reach: a folder of this machine, or of an object store.
 *
 * <p>A result is there when its manifest is, which is written last and in one step; files of a run
 * that did not come so far are never read. Everything is checked when it is read, and again for
 * each use: what is damaged counts as not there, and is made again. Bounded by its bytes: the
 * oldest results go. Immutable, and safe to share between threads and processes.
 */
public final class ResultStore implements Serializable {

  /** What results of all stages together take. */
  private static final ByteSize DEFAULT_SIZE = ByteSize.ofMebibytes(10 << 10);

  /** Blocks are larger than what other caches keep. */
  private static final ByteSize LARGEST = ByteSize.ofMebibytes(1024);

  private static final String MANIFEST = "manifest";
  private static final Pattern PLACE =
      Pattern.compile(".*[/\\\\]([^/\\\\]+)[/\\\\]([0-9a-f]{64})[/\\\\][^/\\\\]+");
  private static final double NANOS = 1e9;

  private final String root;
  private final ByteSize size;
  private final FormatSettings format;

  private ResultStore(String root, ByteSize size, FormatSettings format) {
    this.root = root;
    this.size = size;
    this.format = format;
  }

  /**
   * Results in a folder, 10 GiB of them at most.
   *
   * @param folder a path, or a URI such as {@code gs://bucket/folder}; it need not exist
   */
  public static ResultStore in(String folder) {
    if (folder.isBlank()) {
      throw new IllegalArgumentException(
          "Invalid folder of results: \"" + folder + "\" (must be a path or URI)");
    }
    return new ResultStore(folder, DEFAULT_SIZE, FormatSettings.DEFAULT.withLargest(LARGEST));
  }

  /** What all results may take; the oldest go when another is kept. One is kept in any case. */
  public ResultStore withSize(ByteSize bytes) {
    return new ResultStore(root, bytes, format);
  }

  /** What results are authenticated by: those of another, or of none, count as damaged. */
  public ResultStore withSecret(Secret secret) {
    return new ResultStore(root, size, format.withSecret(secret));
  }

  /**
   * What there is for a key, whole; all of it is read and checked.
   *
   * @throws IllegalStateException if the secret of the format is not where it should be
   */
  public Optional<Kept> find(ContentKey key) {
    TierMeter meter = new TierMeter(Name.checked("stage", key.stage()), "result");
    try {
      Kept kept = read(key.stage(), key.hash());
      for (KeptFile file : kept.files()) {
        check(kept, file);
      }
      meter.requests(TierMeter.Result.HIT, 1);
      SavedMeter.saved(key.stage()).add(Math.round(kept.seconds() * NANOS));
      return Optional.of(kept);
    } catch (FileNotFoundException nothing) {
      meter.requests(TierMeter.Result.MISS, 1);
    } catch (IOException failure) {
      meter.requests(TierMeter.Result.ERROR, 1);
      Events.add("result", "What is kept of " + key + " is not used: " + failure.getMessage());
    }
    return Optional.empty();
  }

  private void check(Kept kept, KeptFile file) throws IOException {
    try (ResultFiles.Reader reader = files(kept.stage(), kept.hash()).read(file.name())) {
      for (long block = 0; block < file.blocks(); block++) {
        reader.next();
      }
    }
  }

  private Kept read(String stage, String hash) throws IOException {
    try (ResultFiles.Reader reader = files(stage, hash).read(MANIFEST)) {
      return Kept.of(reader.next());
    }
  }

  ResultFiles files(String stage, String hash) {
    return new ResultFiles(root, stage, hash, format);
  }

  /**
   * Makes a result known whose files are whole, and lets the oldest go that there is no room for.
   */
  void keep(Kept kept) throws IOException {
    ResultFiles files = files(kept.stage(), kept.hash());
    String passing = MANIFEST + "-" + UUID.randomUUID();
    try (ResultFiles.Writer writer = files.write(MANIFEST, passing)) {
      writer.append(kept.toBytes());
    }
    FileSystems.rename(List.of(files.file(passing)), List.of(files.file(MANIFEST)));
    List<Kept> all = new ArrayList<>(list());
    all.sort(Comparator.comparingLong(Kept::made));
    long bytes = all.stream().mapToLong(Kept::bytes).sum();
    for (Kept oldest : all) {
      if (bytes > size.bytes() && !oldest.hash().equals(kept.hash())) {
        forget(oldest.stage(), oldest.hash());
        bytes -= oldest.bytes();
        new TierMeter(oldest.stage(), "result").evictions(TierMeter.Eviction.SIZE, 1);
      }
    }
  }

  /**
   * All results that can be read, those of a stage together, the latest first.
   *
   * @throws IOException when the folder cannot be read
   */
  public List<Kept> list() throws IOException {
    List<Kept> all = new ArrayList<>();
    for (MatchResult.Metadata manifest : match(MANIFEST)) {
      Matcher place = PLACE.matcher(manifest.resourceId().toString());
      if (place.matches()) {
        try {
          all.add(read(place.group(1), place.group(2)));
        } catch (IOException unreadable) {
          Events.add("result", "A result is not listed: " + unreadable.getMessage());
        }
      }
    }
    all.sort(
        Comparator.comparing(Kept::stage)
            .thenComparing(Comparator.comparingLong(Kept::made).reversed()));
    return all;
  }

  private List<MatchResult.Metadata> match(String name) throws IOException {
    ResourceId folder = FileSystems.matchNewResource(root, true);
    return FileSystems.match(folder + "*/*/" + name, EmptyMatchTreatment.ALLOW).metadata();
  }

  /**
   * Forgets results: their manifests first, then their files. Who is reading one fails, and finds
   * nothing when it is run again.
   *
   * @return those that were forgotten
   * @throws IOException when the folder cannot be read or changed
   */
  public List<Kept> forget(Predicate<Kept> which) throws IOException {
    List<Kept> forgotten = list().stream().filter(which).toList();
    for (Kept each : forgotten) {
      forget(each.stage(), each.hash());
    }
    return forgotten;
  }

  private void forget(String stage, String hash) throws IOException {
    ResourceId manifest = files(stage, hash).file(MANIFEST);
    FileSystems.delete(List.of(manifest), StandardMoveOptions.IGNORE_MISSING_FILES);
    String others = manifest.getCurrentDirectory() + "*";
    delete(FileSystems.match(others, EmptyMatchTreatment.ALLOW).metadata());
  }

  private static void delete(List<MatchResult.Metadata> files) throws IOException {
    List<ResourceId> ids = files.stream().map(MatchResult.Metadata::resourceId).toList();
    FileSystems.delete(ids, StandardMoveOptions.IGNORE_MISSING_FILES);
  }

  /**
   * Forgets everything, also what cannot be read, and what runs left that did not come to their
   * end.
   *
   * @throws IOException when the folder cannot be read or changed
   */
  public void clear() throws IOException {
    delete(match(MANIFEST));
    delete(match("*"));
  }

  @Override
  public String toString() {
    return root;
  }
}
