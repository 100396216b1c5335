// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * Plain decisions that take {@code now} as an argument: batch sizing, limits, deadlines. Imports
 * neither Beam nor {@code java.sql}.
 */
@NullMarked
package dev.millrace.control;

import org.jspecify.annotations.NullMarked;
