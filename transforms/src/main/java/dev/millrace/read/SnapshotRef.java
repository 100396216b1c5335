// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import java.io.Serializable;

/**
 * A snapshot that some session holds open, under which others can read.
 *
 * @param id as {@code pg_export_snapshot()} gave it
 */
public record SnapshotRef(String id) implements Serializable {}
