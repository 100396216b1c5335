// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * What was copied already, kept in the target and changed in the data's own transaction: jobs,
 * their splits, the positions that each covers, and the epochs that fence off a zombie.
 */
@NullMarked
package dev.millrace.ledger;

import org.jspecify.annotations.NullMarked;
