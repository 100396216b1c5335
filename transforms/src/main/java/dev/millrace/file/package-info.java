// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Work in chunks: a user's own generators, files read and written in blocks, a staging folder. */
@NullMarked
package dev.millrace.file;

import org.jspecify.annotations.NullMarked;
