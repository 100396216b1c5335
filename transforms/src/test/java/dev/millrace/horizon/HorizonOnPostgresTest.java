// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.connect.ReadOnlySessions;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.TableName;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who holds a horizon of times back, and who does not. */
class HorizonOnPostgresTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final HorizonRules EXACT = HorizonRules.DEFAULT.withGuard(Duration.ZERO);

  private Connection asking;

  @BeforeEach
  void createTable() throws SQLException {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS t CASCADE",
        "CREATE TABLE t (id int PRIMARY KEY, at timestamptz DEFAULT now(), note text)");
    asking = ConnectionSpec.of(POSTGRES.jdbcUrl()).connect(ReadOnlySessions.HORIZON);
  }

  @AfterEach
  void close() throws SQLException {
    asking.close();
  }

  static Horizon horizon(Connection connection, String table, String column, HorizonRules rules)
      throws SQLException {
    return Horizon.of(
        connection, Catalog.describe(connection, TableName.parse(table)), column, rules);
  }

  private Look look(HorizonRules rules) throws SQLException {
    return horizon(asking, "t", "at", rules).look(asking, "");
  }

  /** Opens a transaction that has written nothing yet, and tells its now(). */
  private static Instant begin(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement();
        var row = statement.executeQuery("SELECT now()")) {
      row.next();
      return row.getTimestamp(1).toInstant();
    }
  }

  private static Instant instant(Look look) {
    return Instant.parse(String.valueOf(look.high()).replace(' ', 'T').replace("+00", "Z"));
  }

  @Test
  void look_shouldReachTheClock_whereNothingIsOpen() throws SQLException {
    Look look = look(HorizonRules.DEFAULT);

    assertThat(instant(look)).isEqualTo(look.serverTime().minusSeconds(1));
    assertThat(look.lag()).isEqualTo(Duration.ofSeconds(1));
    assertThat(look.horizonLag()).isEqualTo(Duration.ofSeconds(1));
    assertThat(look.holders()).isEmpty();
    assertThat(look.memory()).contains("public.t.at").hasSizeLessThan(600);
  }

  @Test
  void look_shouldStopAtAnOpenTransaction_andNameIt() throws SQLException {
    try (Connection writer = POSTGRES.connection();
        Statement statement = writer.createStatement()) {
      statement.execute("SET application_name = 'till'");
      Instant begun = begin(writer);
      statement.execute("INSERT INTO t VALUES (1,\n  DEFAULT, '" + "x".repeat(100) + "')");

      Look look = look(EXACT);

      assertThat(instant(look)).isEqualTo(begun);
      assertThat(look.lag()).isEqualTo(Duration.between(begun, look.serverTime()));
      assertThat(look.horizonLag()).isEqualTo(look.lag());
      assertThat(look.holders()).hasSize(1);
      Holder holder = look.holders().get(0);
      assertThat(holder.age()).isEqualTo(look.lag());
      assertThat(holder.pid()).isPositive();
      assertThat(holder.query()).hasSize(80).startsWith("INSERT INTO t VALUES (1, DEFAULT, 'xxx");
      assertThat(holder.sentence())
          .matches(
              "Session \\d+ of postgres \\(till\\) has a transaction open for \\d\\.\\d s, idle in"
                  + " transaction: INSERT INTO t VALUES .*");
      assertThat(look.holdersOf(Duration.ofSeconds(60))).isEmpty();
      assertThat(look.holdersOf(Duration.ZERO)).containsExactly(holder);
      writer.rollback();
    }
  }

  @Test
  void look_shouldNotStopAtOurReaders_butAtOurWriters() throws SQLException {
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    try (Pool readers = Pool.share(spec, Quota.READ);
        Pool writers = Pool.share(spec, Quota.WRITE);
        Connection holder = spec.connect(ReadOnlySessions.SNAPSHOT_HOLDER);
        Connection other = spec.connect(ReadOnlySessions.HORIZON);
        Pool.Acquired reader = readers.acquire("test")) {
      begin(holder);
      begin(other);
      begin(reader.connection());
      Look free = look(EXACT);
      assertThat(instant(free)).isEqualTo(free.serverTime());

      try (Pool.Acquired writer = writers.acquire("test")) {
        Instant begun = begin(writer.connection());
        assertThat(instant(look(EXACT))).isEqualTo(begun);
      }
      other.rollback();
      holder.rollback();
    }
  }

  @Test
  void look_shouldStopAtWhoWaitsForAnAdvisoryLock() throws Exception {
    try (Connection owner = POSTGRES.connection();
        Connection waiter = POSTGRES.connection();
        Statement own = owner.createStatement()) {
      own.execute("SELECT pg_advisory_lock(7)");
      CompletableFuture<Void> waiting =
          CompletableFuture.runAsync(() -> executeUnchecked(waiter, "SELECT pg_advisory_lock(7)"));
      await("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'", 1);

      Look look = look(EXACT);

      assertThat(instant(look)).isBefore(look.serverTime());
      assertThat(look.holders().get(0).sentence()).contains("SELECT pg_advisory_lock(7)");
      own.execute("SELECT pg_advisory_unlock(7)");
      waiting.get();
    }
  }

  private static void await(String count, long expected) throws SQLException {
    Instant limit = Instant.now().plusSeconds(30);
    while (POSTGRES.value(count, Long.class) != expected) {
      assertThat(Instant.now()).isBefore(limit);
    }
  }

  private static void executeUnchecked(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Its statement_timestamp() stays that of the call, whatever it commits. */
  @Test
  void look_shouldStopAtAProcedureThatCommits() throws Exception {
    POSTGRES.execute(
        """
        CREATE OR REPLACE PROCEDURE p() LANGUAGE plpgsql AS '
          BEGIN COMMIT; INSERT INTO t VALUES (1, statement_timestamp());
          PERFORM pg_advisory_lock(8); END'
        """);
    try (Connection owner = POSTGRES.connection();
        Connection caller = POSTGRES.connection();
        Statement own = owner.createStatement()) {
      own.execute("SELECT pg_advisory_lock(8)");
      CompletableFuture<Void> calling =
          CompletableFuture.runAsync(() -> executeUnchecked(caller, "CALL p()"));
      await("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'", 1);

      Instant closed = instant(look(EXACT));
      own.execute("SELECT pg_advisory_unlock(8)");
      calling.get();

      assertThat(POSTGRES.query("SELECT at FROM t", row -> row.getTimestamp(1).toInstant()))
          .hasSize(1)
          .allMatch(at -> !at.isBefore(closed));
    }
  }

  /** It may take hours, and is no transaction that writes. */
  @Test
  void look_shouldNotStopAtAnIndexThatIsBuiltConcurrently() throws Exception {
    try (Connection blocking =
            ConnectionSpec.of(POSTGRES.jdbcUrl()).connect(ReadOnlySessions.HORIZON);
        Connection builder = POSTGRES.connection()) {
      begin(blocking);
      executeUnchecked(blocking, "LOCK TABLE t IN ROW EXCLUSIVE MODE");
      CompletableFuture<Void> building =
          CompletableFuture.runAsync(
              () -> executeUnchecked(builder, "CREATE INDEX CONCURRENTLY ON t (at)"));
      await("SELECT count(*) FROM pg_stat_progress_create_index WHERE lockers_total > 0", 1);
      Look look = look(EXACT);
      assertThat(instant(look)).isEqualTo(look.serverTime());
      blocking.rollback();
      building.get();
    }
  }

  @Test
  void look_shouldNotSeeOtherDatabases() throws SQLException {
    try (Connection elsewhere = DriverManager.getConnection(POSTGRES.server().jdbcUrl())) {
      begin(elsewhere);
      Look look = look(EXACT);
      assertThat(instant(look)).isEqualTo(look.serverTime());
      elsewhere.rollback();
    }
  }

  @Test
  void look_shouldGoOnWithItsMemory() throws SQLException {
    Horizon horizon = horizon(asking, "t", "at", EXACT);
    Look first = horizon.look(asking, "");
    try (Connection writer = POSTGRES.connection()) {
      begin(writer);
      Look held = horizon.look(asking, first.memory());
      assertThat(instant(held)).isAfter(instant(first));
      Look again = horizon.look(asking, held.memory());
      assertThat(again.high()).isEqualTo(held.high());
      writer.rollback();
      assertThat(instant(horizon.look(asking, again.memory()))).isAfter(instant(again));
    }
  }

  /** A query that went on for long and whose transaction has ended is a holder for a moment. */
  @Test
  void look_shouldNeverGoBack() throws SQLException {
    try (Connection writer = POSTGRES.connection()) {
      begin(writer);
      Horizon narrow = horizon(asking, "t", "at", EXACT);
      Look ahead = narrow.look(asking, "");
      Horizon wide = horizon(asking, "t", "at", HorizonRules.DEFAULT);
      assertThat(wide.look(asking, ahead.memory()).high()).isEqualTo(ahead.high());
      writer.rollback();
    }
  }

  @Test
  void look_shouldRefuseAClockThatWasSetBack() throws SQLException {
    Horizon horizon = horizon(asking, "t", "at", HorizonRules.DEFAULT);
    String memory = horizon.look(asking, "").memory();
    // As if the look before had seen a clock 5 s ahead of now.
    Memory before = Memory.read(memory);
    String ahead = shifted(before, Duration.ofSeconds(5)).toJson();

    assertThatThrownBy(() -> horizon.look(asking, ahead))
        .isInstanceOf(HorizonException.class)
        .hasMessageMatching(
            "Cannot close windows of public\\.t by column at: the server's clock was set back by"
                + " [0-5]\\.\\d s or more since the look before, so that .*; or read an overlap"
                + " again with --overlap, .*--accept-loss.*xid8.*");

    Look overlapped =
        horizon(asking, "t", "at", HorizonRules.DEFAULT.withOverlap(Duration.ofMinutes(1)))
            .look(asking, ahead);
    assertThat(overlapped.high()).isEqualTo(shifted(before, Duration.ofSeconds(5)).high());
    assertThat(overlapped.holders().get(0).sentence())
        .startsWith("Rows may be lost: the server's clock was set back by");
    assertThat(horizon.look(asking, memory).high()).isNotNull();
  }

  /** It was set back and has come by again: only a clock that is never set can tell. */
  @Test
  void look_shouldRefuseAClockThatIsTooSlow() throws SQLException {
    Horizon horizon = horizon(asking, "t", "at", HorizonRules.DEFAULT);
    Memory before = Memory.read(horizon.look(asking, "").memory());
    MachineTime machine = before.machine();
    Memory longAgo =
        new Memory(
            before.cursor(),
            before.server() - 1_000_000,
            new MachineTime(
                machine.process(),
                machine.nanos() - 3_000_000_000L,
                machine.boot(),
                machine.uptime() - 3_000,
                machine.wall() - 3_000),
            before.open(),
            before.prepared(),
            requireNonNull(before.horizon()) - 1_000_000,
            "2000-01-01 00:00:00.000000+00",
            before.barriers());

    assertThatThrownBy(() -> horizon.look(asking, longAgo.toJson()))
        .isInstanceOf(HorizonException.class)
        .hasMessageMatching(".*set back by 2\\.\\d s or more.*");
  }

  private static Memory shifted(Memory memory, Duration by) {
    long micros = by.toMillis() * 1000;
    Instant high =
        Instant.parse(String.valueOf(memory.high()).replace(' ', 'T').replace("+00", "Z")).plus(by);
    return new Memory(
        memory.cursor(),
        memory.server() + micros,
        memory.machine(),
        requireNonNull(memory.open()) + micros,
        memory.prepared(),
        requireNonNull(memory.horizon()) + micros,
        high.toString().replace('T', ' ').replace("Z", "+00"),
        memory.barriers());
  }

  @Test
  void look_shouldRefuseSessionsThatDoNotTrackTheirActivity() throws SQLException {
    try (Connection silent = POSTGRES.connection();
        Statement statement = silent.createStatement()) {
      statement.execute("SET track_activities = off");
      statement.execute("SELECT 1");
      assertThatThrownBy(() -> look(EXACT))
          .isInstanceOf(HorizonException.class)
          .hasMessageMatching(
              ".*the server does not know since when the session of postgres \\(pid \\d+\\) has a"
                  + " transaction open; set track_activities = on there.*");
      assertThat(look(EXACT.withAcceptLoss(true)).high()).isNotNull();
    }
  }

  @Test
  void look_shouldRefuse_whereOtherRolesAreHidden() throws SQLException {
    POSTGRES.execute(
        "DROP ROLE IF EXISTS \"Le reader\"",
        "CREATE ROLE \"Le reader\" LOGIN",
        "GRANT SELECT ON t TO \"Le reader\"");
    ConnectionSpec reader = ConnectionSpec.of(POSTGRES.jdbcUrl()).withUser("Le reader");
    try (Connection other = POSTGRES.connection();
        Connection connection = reader.connect("test")) {
      begin(other);
      Horizon horizon = horizon(connection, "t", "at", EXACT);
      assertThatThrownBy(() -> horizon.look(connection, ""))
          .isInstanceOf(HorizonException.class)
          .hasMessageMatching(
              "Cannot close windows of public\\.t by column at: \"Le reader\" may not see since"
                  + " when .*session.* of postgres \\(pid \\d+\\)[, ]+ha(s|ve) a transaction open;"
                  + " let a superuser run: GRANT pg_read_all_stats TO \"Le reader\"; or .*");
      Look overlapped =
          horizon(connection, "t", "at", EXACT.withOverlap(Duration.ofMinutes(5)))
              .look(connection, "");
      assertThat(instant(overlapped)).isEqualTo(overlapped.serverTime());

      POSTGRES.execute("GRANT pg_read_all_stats TO \"Le reader\"");
      Look look = horizon.look(connection, "");
      assertThat(instant(look)).isBefore(look.serverTime());
      other.rollback();
    }
    POSTGRES.execute("DROP OWNED BY \"Le reader\"", "DROP ROLE \"Le reader\"");
  }

  @Test
  void look_shouldRefuseTheTargetOfASubscription() throws SQLException {
    POSTGRES.execute(
        "DROP TABLE IF EXISTS parted CASCADE",
        "CREATE TABLE parted (id int, at timestamptz DEFAULT now()) PARTITION BY RANGE (id)",
        "CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10)",
        "CREATE VIEW parts AS SELECT * FROM parted",
        "CREATE SUBSCRIPTION s CONNECTION 'dbname=none' PUBLICATION p WITH (connect = false)",
        "INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)"
            + " SELECT oid, 'part'::regclass, 'r' FROM pg_subscription");
    try {
      for (String name : List.of("parted", "part", "parts")) {
        Horizon horizon = horizon(asking, name, "at", EXACT);
        assertThatThrownBy(() -> horizon.look(asking, ""))
            .isInstanceOf(HorizonException.class)
            .hasMessageContaining("the table is the target of a subscription");
      }
      POSTGRES.execute("UPDATE pg_subscription_rel SET srrelid = 'parted'::regclass");
      assertThatThrownBy(() -> horizon(asking, "part", "at", EXACT).look(asking, ""))
          .isInstanceOf(HorizonException.class);
    } finally {
      POSTGRES.execute(
          "ALTER SUBSCRIPTION s SET (slot_name = NONE)",
          "DROP SUBSCRIPTION s",
          "DROP TABLE parted CASCADE");
    }
  }

  @Test
  void horizon_shouldTravel() throws SQLException {
    Look look = look(HorizonRules.DEFAULT.withOverlap(Duration.ofMinutes(1)));
    assertThat(SerializableUtils.clone(look)).isEqualTo(look);
    POSTGRES.execute("ALTER TABLE t ADD local timestamp, ADD by xid8, ADD n serial");
    for (String column : List.of("at", "local", "by", "n")) {
      Horizon horizon =
          SerializableUtils.ensureSerializable(horizon(asking, "t", column, HorizonRules.DEFAULT));
      assertThat(horizon.column()).isEqualTo(column);
      assertThat(horizon.look(asking, "").serverTime()).isAfter(look.serverTime());
    }
  }

  @Test
  void look_shouldRefuseAConnectionWithinATransaction() throws SQLException {
    Horizon horizon = horizon(asking, "t", "at", EXACT);
    begin(asking);
    assertThatThrownBy(() -> horizon.look(asking, ""))
        .hasMessage("Cannot look for a horizon: the connection is within a transaction");
    asking.rollback();
    // Without auto-commit it ends its own.
    String memory = horizon.look(asking, "").memory();
    assertThat(horizon.look(asking, memory).high()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{}", "{\"x\":1}", "null"})
  void look_shouldRefuseAMemoryThatIsNone(String memory) throws SQLException {
    Horizon horizon = horizon(asking, "t", "at", EXACT);
    assertThatThrownBy(() -> horizon.look(asking, memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid memory of a horizon: " + memory + " (must be what a look left)");
  }

  @Test
  void look_shouldRefuseTheMemoryOfAnotherCursor() throws SQLException {
    POSTGRES.execute("ALTER TABLE t ADD other timestamptz");
    String memory = look(EXACT).memory();
    assertThatThrownBy(() -> horizon(asking, "t", "other", EXACT).look(asking, memory))
        .hasMessage("Invalid memory of a horizon: of public.t.at (must be of public.t.other)");
  }

  @Test
  void look_shouldStopBeforeWhatIsRoundedDown() throws SQLException {
    POSTGRES.execute("ALTER TABLE t ADD coarse timestamptz(1) DEFAULT now()");
    try (Connection writer = POSTGRES.connection()) {
      Instant begun = begin(writer);
      Look look = horizon(asking, "t", "coarse", EXACT).look(asking, "");
      assertThat(instant(look).toEpochMilli()).isEqualTo(begun.toEpochMilli() / 100 * 100);
      writer.rollback();
    }
  }

  @Test
  void doubts_shouldBeNone_whereTheServerSetsTheTime() throws SQLException {
    assertThat(horizon(asking, "t", "at", EXACT).doubts())
        .containsExactly("No trigger sets at: an update that does not set it is not read");
    POSTGRES.execute(
        """
        CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN NEW.at := now(); RETURN NEW; END'
        """,
        "CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()",
        "ALTER TABLE t ALTER at DROP DEFAULT");
    assertThat(horizon(asking, "t", "at", EXACT).doubts()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CURRENT_TIMESTAMP",
        "clock_timestamp()",
        "now()::timestamptz(3)",
        "statement_timestamp()",
        "transaction_timestamp()"
      })
  void doubts_shouldKnowTheServersTime(String fill) throws SQLException {
    POSTGRES.execute("ALTER TABLE t ALTER at SET DEFAULT " + fill);
    assertThat(horizon(asking, "t", "at", EXACT).doubts())
        .containsExactly("No trigger sets at: an update that does not set it is not read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now() - interval '1 hour'",
        "date_trunc('hour', now())",
        "'2020-01-01'::timestamptz"
      })
  void doubts_shouldTellOfTimesThatTheWriterSets(String fill) throws SQLException {
    POSTGRES.execute(
        "ALTER TABLE t ALTER at " + (fill.isEmpty() ? "DROP DEFAULT" : "SET DEFAULT " + fill));
    List<String> doubts = horizon(asking, "t", "at", HorizonRules.DEFAULT).doubts();
    assertThat(doubts).hasSize(1);
    assertThat(doubts.get(0))
        .startsWith("at has neither the server's time as its default nor a trigger")
        .endsWith(
            ": a row may be lost whose writer sets it to more than 1000 ms before its transaction"
                + " began");
  }

  @Test
  void of_shouldRefuseOtherTypes() {
    assertThatThrownBy(() -> horizon(asking, "t", "note", EXACT.withAcceptLoss(true)))
        .isInstanceOf(HorizonException.class)
        .hasMessage(
            "Cannot close windows of public.t by column note: values of type text do not tell when"
                + " they were written; name a column of type timestamptz, timestamp, date, xid8, or"
                + " a whole number drawn from a sequence");
  }

  @Test
  void of_shouldRefuseMaterializedViews_andDoubtViews() throws SQLException {
    POSTGRES.execute(
        "CREATE MATERIALIZED VIEW m AS SELECT * FROM t",
        "CREATE VIEW over_m AS SELECT id, at FROM m",
        "CREATE VIEW over_t AS SELECT id, at FROM t");
    for (String name : List.of("m", "over_m")) {
      assertThatThrownBy(() -> horizon(asking, name, "at", EXACT))
          .isInstanceOf(HorizonException.class)
          .hasMessageContaining(
              "rows come from the materialized view m, where they appear at other times than their"
                  + " values say");
    }
    assertThat(horizon(asking, "over_m", "at", EXACT.withAcceptLoss(true)).doubts())
        .first()
        .asString()
        .startsWith("Rows may be lost: rows come from the materialized view m");
    assertThat(horizon(asking, "over_t", "at", EXACT).doubts())
        .containsExactly(
            "public.over_t is a view: a row that appears because of another table than that of at"
                + " appears with an old value, and is not read");
    assertThat(horizon(asking, "over_t", "at", EXACT).look(asking, "").high()).isNotNull();
  }
}
