// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.util.List;

/**
 * The sessions of ours that never write, by what a server calls them: however long their
 * transactions are, no row comes of them.
 */
public final class ReadOnlySessions {

  /** What holds a snapshot for all the splits of a read. */
  public static final String SNAPSHOT_HOLDER = "snapshot holder";

  /** What asks up to where a table may be read. */
  public static final String HORIZON = "horizon";

  private ReadOnlySessions() {}

  /** With what the names of these applications begin at the server. */
  public static List<String> applicationNames() {
    return List.of(
        ApplicationName.of(Quota.READ.name()),
        ApplicationName.of(SNAPSHOT_HOLDER),
        ApplicationName.of(HORIZON));
  }
}
