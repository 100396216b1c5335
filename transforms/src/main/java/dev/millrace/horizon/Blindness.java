// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Why a server does not show all transactions that may write a table, gathered from its answer. */
final class Blindness {

  private final List<String> reasons = new ArrayList<>();
  private final List<String> hidden = new ArrayList<>();
  private final List<String> untracked = new ArrayList<>();
  private String me = "";

  /** What a row says of the server and of the table. */
  void server(ResultSet row) throws SQLException {
    me = row.getString("me");
    if (row.getBoolean("standby")) {
      reasons.add(
          "this server is a standby, which does not see the transactions of its primary; read from"
              + " the primary");
    }
    if (row.getBoolean("subscribed")) {
      reasons.add(
          "the table is the target of a subscription, so that its values come from another server,"
              + " whose transactions are not seen here; read from that server");
    }
  }

  /** What a row says of a session. */
  void session(ResultSet row) throws SQLException {
    String session = row.getString("usename") + " (pid " + row.getInt("pid") + ")";
    if (row.getBoolean("hidden")) {
      hidden.add(session);
    } else if (row.getBoolean("untracked")) {
      untracked.add(session);
    }
  }

  List<String> reasons() {
    List<String> all = new ArrayList<>(reasons);
    if (!hidden.isEmpty()) {
      all.add(
          me
              + " may not see since when "
              + sessions(hidden)
              + " a transaction open; let a superuser run: GRANT pg_read_all_stats TO "
              + me);
    }
    if (!untracked.isEmpty()) {
      all.add(
          "the server does not know since when "
              + sessions(untracked)
              + " a transaction open; set track_activities = on there");
    }
    return all;
  }

  private static String sessions(List<String> sessions) {
    return sessions.size() == 1
        ? "the session of " + sessions.get(0) + " has"
        : sessions.size() + " sessions, one of " + sessions.get(0) + ", have";
  }
}
