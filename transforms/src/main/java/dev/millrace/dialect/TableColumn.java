// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.io.Serializable;

/**
 * A column of a table, as the catalog has it.
 *
 * @param name as the database spells it
 * @param type its type's OID in {@code pg_type}, below all domains
 * @param modifier its type's modifier, below all domains; -1 for none
 * @param typeName its type as SQL writes it, with its modifier
 * @param shape what its type is made of
 * @param required whether an insert must name it: not null, and nothing fills it in
 * @param nullable whether it may hold NULL
 * @param generated whether the server computes it from other columns
 * @param numbered whether the server numbers it and lets no update set it: {@code GENERATED ALWAYS
 *     AS IDENTITY}
 */
public record TableColumn(
    String name,
    int type,
    int modifier,
    String typeName,
    Shape shape,
    boolean required,
    boolean nullable,
    boolean generated,
    boolean numbered)
    implements Serializable {}
