// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.Resource;
import dev.millrace.observe.OperatorSetting;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A named pool of slots, of which each JVM (each class loader) that uses it has one, or which all
 * share, see {@link #acrossCluster}.
 *
 * <p>The operator of a JVM has the last word: {@code MILLRACE_POOL_IO=8}, or {@code
 * MILLRACE_POOL_IO=2-8} for a pool whose size follows its resource, or the system property {@code
 * millrace.pool.io}, say how many slots the pool {@code io} has there. Of a pool that all share he
 * says it wherever it is used. Immutable.
 *
 * @param name 1 to 30 lower-case letters, digits and {@code -}, beginning with a letter
 * @param least slots, 1 or more, however scarce the resource is
 * @param most slots, {@code least} or more, up to 10,000; the pool begins with so many
 * @param follows the resource that the number of slots follows between the two
 * @param cluster the database by which all JVMs share the pool; null if each has its own
 */
public record PoolSpec(
    String name, int least, int most, Resource follows, @Nullable ConnectionSpec cluster)
    implements Serializable {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,29}");

  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  private static final int MOST = 10_000;

  public PoolSpec {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Invalid name of a pool: %s (must be 1 to 30 lower-case letters, digits and -, the first"
                  .formatted(name)
              + " of them a letter)");
    }
    if (least < 1 || most < least || most > MOST) {
      throw new IllegalArgumentException(
          "Invalid slots of pool %s: %d to %d (must be from 1 to %d, the lower first)"
              .formatted(name, least, most, MOST));
    }
    if (cluster != null && least != most) {
      throw new IllegalArgumentException(
          "Invalid slots of pool %s: %d to %d (must be one number, as all JVMs share it)"
              .formatted(name, least, most));
    }
    if (cluster != null && cluster.ceiling() != null) {
      throw new IllegalArgumentException(
          "Invalid database of pool %s: %s below a ceiling (must be without: it has a connection of"
                  .formatted(name, cluster)
              + " each JVM, and who has one may wait for who has none)");
    }
  }

  /** A pool that each JVM has for itself. */
  public PoolSpec(String name, int least, int most, Resource follows) {
    this(name, least, most, follows, null);
  }

  /**
   * Pool {@code cpu}, for work that computes: at most a slot for each processor of this JVM and one
   * more, as now and then one waits.
   */
  public static PoolSpec cpu() {
    return new PoolSpec("cpu", 1, processors() + 1, Resource.CPU);
  }

  /** Pool {@code memory}, for work that holds much: a slot for each processor at most. */
  public static PoolSpec memory() {
    return new PoolSpec("memory", 1, processors(), Resource.MEMORY);
  }

  /**
   * Pool {@code io}, for work that waits for disks and servers: eight slots a processor at most.
   */
  public static PoolSpec io() {
    return new PoolSpec("io", 1, 8 * processors(), Resource.IO);
  }

  /** A pool of the user's own, always of the same size. */
  public static PoolSpec of(String name, int slots) {
    return new PoolSpec(name, slots, slots, Resource.NONE);
  }

  /**
   * The same pool, whose slots all JVMs share that name it with this database: no more of them are
   * held at once in all JVMs together. Who names another number of slots is refused, as long as any
   * JVM uses the pool. Within a JVM, priorities and waiting say who is next; among JVMs each has
   * its turn, whatever it asks for.
   *
   * <p>A JVM has one connection to the database while it uses the pool, for whose slots it holds
   * advisory locks. Its slots are free when it dies: at once, or within a minute if its machine or
   * the network goes without a word.
   *
   * <p>If the connection is lost, or the server restarts, so are the slots that the JVM has, and
   * others may have them at once. It notices within a second, and within 11 s where the network is
   * silent. Work that is under way goes on to its end, and what it outputs is refused then (see
   * {@link ResourcePool.Held#isLost}); what comes next waits for a new connection. So the bound
   * holds but for that time: it protects a partner from too much at once. What must never happen
   * twice needs a ledger besides.
   *
   * @param database without a ceiling; the server itself, not a pooler
   * @throws IllegalArgumentException when the pool's size follows a resource, or the database has a
   *     ceiling
   */
  public PoolSpec acrossCluster(ConnectionSpec database) {
    return new PoolSpec(name, least, most, follows, database);
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** As {@code slots}, or {@code least to most}. */
  String size() {
    return least == most ? Integer.toString(most) : least + " to " + most;
  }

  /** For sentences: how far its slots go, if further than this JVM. */
  String extent() {
    return cluster == null ? "" : " of all JVMs";
  }

  /**
   * This pool as the operator of this JVM wants it.
   *
   * @throws IllegalArgumentException when what he says has another form
   */
  PoolSpec here() {
    OperatorSetting setting = new OperatorSetting("pool." + name);
    return setting.value().map(size -> sized(setting.variable(), size)).orElse(this);
  }

  private PoolSpec sized(String variable, String size) {
    Matcher form = SIZE.matcher(size);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be as 8, or as 2-8)".formatted(variable, size));
    }
    int first = Integer.parseInt(form.group(1));
    return form.group(2) == null
        ? new PoolSpec(name, first, first, Resource.NONE, cluster)
        : new PoolSpec(name, first, Integer.parseInt(form.group(2)), follows, cluster);
  }
}
