// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.pipeline;

import dev.millrace.connect.Ceiling;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Quota;
import dev.millrace.connect.Room;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.flink.Placement;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.run.Outcome;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What connections a run may open, beside what it is allowed to and what its servers have.
 *
 * @param processes that run its pipeline, each with pools of its own
 * @param threads that all of them have together
 * @param uses of its databases; one, where source and target are one
 */
public record ConnectionPlan(int processes, int threads, List<Use> uses) {

  public ConnectionPlan {
    uses = List.copyOf(uses);
  }

  /**
   * How many connections to a database there may be at once.
   *
   * @param reads of the pipeline
   * @param writes of the pipeline
   * @param held by the run itself, from its start to its end
   * @param moments beside those: of each process one, to look at what the others do or, below a
   *     ceiling, to wait for a slot
   */
  record Use(ConnectionSpec database, int reads, int writes, int held, int moments, Room room) {

    int most() {
      int lasting = reads + writes + held;
      Ceiling ceiling = database.ceiling();
      return moments + (ceiling == null ? lasting : Math.min(lasting, ceiling.connections()));
    }

    /** Without so many the run would wait for itself. */
    private int least() {
      return held + Math.min(1, reads) + Math.min(1, writes);
    }

    private int needed(Ceiling ceiling) {
      int needed = Ceiling.LEAST;
      while (new Ceiling(ceiling.pool(), needed).most(Quota.WRITE) < least()) {
        needed++;
      }
      return needed;
    }

    private Use plus(Use other) {
      return new Use(
          database, reads + other.reads, writes + other.writes, held + other.held, moments, room);
    }

    private boolean isOfOneServer(Use other) {
      return server(database).equals(server(other.database));
    }

    private static String server(ConnectionSpec database) {
      return database.address().replaceFirst("/[^/]*$", "");
    }

    private void check() {
      Ceiling ceiling = database.ceiling();
      if (ceiling != null && ceiling.most(Quota.WRITE) < least()) {
        throw new UsageException(
            ("Invalid --max-connections: %d (must be %d or more: of %s the run itself holds %d, and what"
                    + " it reads and writes takes one each)")
                .formatted(ceiling.connections(), needed(ceiling), database.address(), held));
      }
      Room.Limit limit = room.narrowest();
      if (most() > limit.most()) {
        throw tooMany(most(), database.address(), limit);
      }
    }

    private String line() {
      List<String> parts = new ArrayList<>();
      add(parts, reads, "to read");
      add(parts, writes, "to write");
      add(parts, held, "held by the run");
      add(parts, moments, "for moments");
      Ceiling ceiling = database.ceiling();
      Room.Limit limit = room.tightest();
      return "  %s: %d at most (%s)%s; %s leaves %d of %d"
          .formatted(
              database.address(),
              most(),
              String.join(", ", parts),
              ceiling == null
                  ? ""
                  : ", and %d of all runs of pool %s"
                      .formatted(ceiling.connections(), ceiling.pool()),
              limit.name(),
              limit.free(),
              limit.most());
    }

    private static void add(List<String> parts, int number, String what) {
      if (number > 0) {
        parts.add(number + " " + what);
      }
    }

    private Map<String, @Nullable Object> fields() {
      Ceiling ceiling = database.ceiling();
      Room.Limit limit = room.tightest();
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("database", database.address());
      fields.put("reads", reads);
      fields.put("writes", writes);
      fields.put("held", held);
      fields.put("moments", moments);
      fields.put("most", most());
      fields.put("pool", ceiling == null ? null : ceiling.pool());
      fields.put("ceiling", ceiling == null ? null : ceiling.connections());
      fields.put("limit", limit.most());
      fields.put("limit_name", limit.name());
      fields.put("free", limit.free());
      return fields;
    }
  }

  /**
   * What a run needs of a database, whatever limits it.
   *
   * @param reads whether its threads read
   * @param writes whether they write
   * @param held connections of the run itself
   */
  public record Need(ConnectionSpec database, boolean reads, boolean writes, int held) {}

  /**
   * Asks the servers, and the cluster if the run is to go there.
   *
   * @throws UsageException when the run cannot work
   */
  public static ConnectionPlan of(CommonOptions options, Need... needs)
      throws SQLException, IOException {
    int threads = options.parallelism;
    int processes = Placement.processes(options);
    List<Use> uses = new ArrayList<>();
    for (Need need : needs) {
      ConnectionSpec database = need.database();
      int most = Math.min(threads, processes * database.maxConnections());
      Use use =
          new Use(
              database,
              need.reads() ? most : 0,
              need.writes() ? most : 0,
              need.held(),
              processes,
              Room.of(database));
      if (!uses.isEmpty() && uses.get(0).database().equals(database)) {
        uses.set(0, uses.get(0).plus(use));
      } else {
        uses.add(use);
      }
    }
    ConnectionPlan plan = new ConnectionPlan(processes, threads, uses);
    plan.check();
    return plan;
  }

  private void check() {
    uses.forEach(Use::check);
    for (Use use : uses) {
      int all = uses.stream().filter(use::isOfOneServer).mapToInt(Use::most).sum();
      Room.Limit server = use.room().limits().get(0);
      if (all > server.most()) {
        throw tooMany(all, Use.server(use.database()), server);
      }
    }
  }

  private static UsageException tooMany(int most, String where, Room.Limit limit) {
    return new UsageException(
        "Cannot run: %d connections to %s at once are too many; %s allows %d (take a smaller --max-connections or --parallelism)"
            .formatted(most, where, limit.name(), limit.most()));
  }

  /** What a run would do, and what connections that would take. */
  public Outcome addTo(Outcome planned) {
    return planned.with(lines()).with("connections", fields());
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Connections that %d %s with %d %s may open:"
            .formatted(
                processes,
                processes == 1 ? "process" : "processes",
                threads,
                threads == 1 ? "thread" : "threads together"));
    for (Use use : uses) {
      lines.add(use.line());
      if (use.room().tightest().free() < use.most()) {
        lines.add("  That is more than it leaves now: the run may have to wait, or fail.");
      }
    }
    return lines;
  }

  private List<Map<String, @Nullable Object>> fields() {
    return uses.stream().map(Use::fields).toList();
  }
}
