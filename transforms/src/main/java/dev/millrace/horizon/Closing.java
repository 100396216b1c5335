// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;

/** A way to tell which windows are closed. */
interface Closing extends Serializable {

  /** See {@link Horizon#look}. */
  Look look(Connection connection, String memory) throws SQLException;
}
