// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

/** The same of the source and of the target. */
record Both<T>(T source, T target) {}
