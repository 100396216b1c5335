// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import java.io.Serializable;

/**
 * A part of a read that is worked on by itself.
 *
 * @param name unique within the read
 * @param range all of it
 */
record Split(String name, Range range) implements Serializable {}
