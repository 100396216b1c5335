// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * Blocks: immutable Arrow record batches held as bytes on the heap, and the transforms over them.
 */
@NullMarked
package dev.millrace.block;

import org.jspecify.annotations.NullMarked;
