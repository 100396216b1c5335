// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

/** A {@code DoFn} whose blocks are all there is between the positions of their origins. */
public interface LedgerSource {}
