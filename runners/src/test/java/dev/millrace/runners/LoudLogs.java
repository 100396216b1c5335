// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.util.Enumeration;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Lets every logger say all that it has to say, whatever the command wants to hear. */
public final class LoudLogs extends LogManager {

  @Override
  public boolean addLogger(Logger logger) {
    boolean added = super.addLogger(logger);
    logger.setLevel(Level.ALL);
    return added;
  }

  @Override
  public void reset() {
    super.reset();
    for (Enumeration<String> names = getLoggerNames(); names.hasMoreElements(); ) {
      Logger logger = getLogger(names.nextElement());
      if (logger != null) {
        logger.setLevel(Level.ALL);
      }
    }
  }
}
