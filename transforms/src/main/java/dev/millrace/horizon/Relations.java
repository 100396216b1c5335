// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

/** SQL for the relations that the rows of a table or view come from. */
final class Relations {

  /**
   * The OIDs of a relation, given as a parameter, its partitions and other children, and of what a
   * view selects from.
   */
  static final String OIDS =
      """
      WITH RECURSIVE tree (oid) AS (
        SELECT to_regclass(?)::oid
        UNION
        SELECT part.oid FROM tree CROSS JOIN LATERAL (
          SELECT inhrelid AS oid FROM pg_inherits WHERE inhparent = tree.oid
          UNION ALL
          SELECT d.refobjid FROM pg_rewrite r
          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
            AND d.refclassid = 'pg_class'::regclass
          WHERE r.ev_class = tree.oid AND r.ev_type = '1') AS part)
      SELECT oid FROM tree
      """;

  /** These, and the tables that a partition is a part of; the relation is a parameter twice. */
  static final String OIDS_AND_ABOVE =
      OIDS + " UNION SELECT relid::oid FROM pg_partition_ancestors(to_regclass(?))";

  private Relations() {}
}
