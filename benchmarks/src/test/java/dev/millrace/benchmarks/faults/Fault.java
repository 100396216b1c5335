// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.faults;

import dev.millrace.benchmarks.faults.TableCopy.Place;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What a database does on a bad day. */
enum Fault {
  COMMIT_WITHOUT_REPLY {
    @Override
    void during(FaultTables tables, Place place, TableCopy copy, BooleanSupplier over)
        throws Exception {
      if (copy == TableCopy.MILLRACE) {
        // It commits other transactions as well, before the first and after the last rows.
        place.proxy().loseCommits(1);
        while (place.proxy().commitsToLose() > 0 && !over.getAsBoolean()) {
          TimeUnit.MILLISECONDS.sleep(10);
        }
        if (place.proxy().commitsToLose() > 0) {
          throw new IllegalStateException("Cannot strike: there was no commit");
        }
      } else {
        place.proxy().dropCommitReply().get(1, TimeUnit.MINUTES);
      }
    }
  },
  BACKENDS_KILLED {
    @Override
    void during(FaultTables tables, Place place, TableCopy copy, BooleanSupplier over)
        throws SQLException {
      tables.terminate(copy.applications());
    }
  },
  SERVER_STARTED_AGAIN {
    @Override
    void during(FaultTables tables, Place place, TableCopy copy, BooleanSupplier over)
        throws Exception {
      tables.server().crash();
      tables.server().restart();
    }
  },
  SERVER_SILENT {
    @Override
    void during(FaultTables tables, Place place, TableCopy copy, BooleanSupplier over) {
      place.proxy().blackHole(true);
    }
  },
  /** From before the run to some seconds later. */
  CONNECTIONS_USED_UP {
    @Override
    AutoCloseable before(FaultTables tables, Place place, TableCopy copy) throws Exception {
      List<Connection> others = new ArrayList<>();
      try {
        while (true) {
          others.add(tables.connect());
        }
      } catch (SQLException full) {
        if (!"53300".equals(full.getSQLState())) {
          throw full;
        }
      }
      Thread thread = new Thread(() -> giveBack(others), "others");
      thread.start();
      return thread::join;
    }

    private void giveBack(List<Connection> others) {
      try {
        TimeUnit.SECONDS.sleep(4);
        for (Connection each : others) {
          each.close();
        }
      } catch (SQLException | InterruptedException failed) {
        throw new IllegalStateException("Cannot give connections back", failed);
      }
    }
  },
  /** Another takes the locks of the writers in the other order, and is never the one to yield. */
  DEADLOCKS {
    @Override
    void during(FaultTables tables, Place place, TableCopy copy, BooleanSupplier over)
        throws SQLException {
      String met = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
      long before = tables.number(met);
      try (Connection connection = tables.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("SET deadlock_timeout = '60s'");
        connection.setAutoCommit(false);
        while (!over.getAsBoolean() && tables.number(met) < before + 2) {
          statement.execute("SELECT pg_advisory_xact_lock(" + FaultTables.SECOND_LOCK + ")");
          statement.execute("SELECT pg_advisory_xact_lock(" + FaultTables.FIRST_LOCK + ")");
          connection.commit();
        }
      }
      if (tables.number(met) == before) {
        throw new IllegalStateException("Cannot strike: there was no deadlock");
      }
    }
  },
  POISON_ROW {
    @Override
    AutoCloseable before(FaultTables tables, Place place, TableCopy copy) throws SQLException {
      int poison = FaultTables.ROWS / 2;
      tables.execute(
          "ALTER TABLE t ADD CHECK (id <> " + poison + ")",
          "CREATE OR REPLACE VIEW wanted AS SELECT * FROM s WHERE id <> " + poison);
      return () -> {};
    }
  },
  /** When the pipeline is built and does not run yet. */
  PASSWORD_ROTATED {
    @Override
    AutoCloseable before(FaultTables tables, Place place, TableCopy copy) throws Exception {
      String next = Files.readString(place.passwordFile()) + "+";
      tables.execute("ALTER ROLE " + place.role() + " PASSWORD '" + next + "'");
      Files.writeString(place.passwordFile(), next);
      return () -> {};
    }
  };

  /**
   * Strikes when the pipeline is built and does not run yet.
   *
   * @return waits for the end of the fault
   */
  AutoCloseable before(FaultTables tables, Place place, TableCopy copy) throws Exception {
    return () -> {};
  }

  /** Whether it strikes when some rows are written, and not before. */
  boolean findsCopyAtWork() {
    return switch (this) {
      case COMMIT_WITHOUT_REPLY, BACKENDS_KILLED, SERVER_STARTED_AGAIN, SERVER_SILENT, DEADLOCKS ->
          true;
      case CONNECTIONS_USED_UP, POISON_ROW, PASSWORD_ROTATED -> false;
    };
  }

  /**
   * Strikes when some rows are written.
   *
   * @param over whether the run has ended
   */
  void during(FaultTables tables, Place place, TableCopy copy, BooleanSupplier over)
      throws Exception {}
}
