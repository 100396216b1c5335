// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.io.Serializable;

/**
 * A column of a table, as the catalog has it.
 *
 * @param name as the database spells it
 * @param type its type's OID in {@code pg_type}
 * @param modifier its type's modifier, -1 for none
 * @param typeName its type as SQL writes it, with its modifier
 * @param required whether an insert must name it: not null, and nothing fills it in
 * @param nullable whether it may hold NULL
 * @param generated whether the server computes it from other columns
 * @param identity whether the server numbers it
 */
public record TableColumn(
    String name,
    int type,
    int modifier,
    String typeName,
    boolean required,
    boolean nullable,
    boolean generated,
    boolean identity)
    implements Serializable {}
