// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Sends the log to standard error while a command runs: warnings of Millrace, with {@code
 * --verbose} what everybody has to say, with {@code --quiet} only errors.
 */
public final class Logs implements AutoCloseable {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

  // Kept here, since java.util.logging forgets the level of a logger nobody holds.
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger OURS = Logger.getLogger("dev.millrace");

  private final Handler handler;

  private Logs(Handler handler) {
    this.handler = handler;
  }

  public static Logs to(Console console, boolean verbose, boolean quiet) {
    LogManager.getLogManager().reset();
    ROOT.setLevel(verbose ? Level.INFO : Level.OFF);
    OURS.setLevel(verbose ? Level.FINE : quiet ? Level.SEVERE : Level.WARNING);
    Handler handler = new ToStream(console.err(), verbose);
    handler.setLevel(Level.ALL);
    ROOT.addHandler(handler);
    return new Logs(handler);
  }

  @Override
  public void close() {
    ROOT.removeHandler(handler);
  }

  private static final class ToStream extends Handler {

    private final PrintStream err;

    private ToStream(PrintStream err, boolean verbose) {
      this.err = err;
      setFormatter(new OneLine(verbose));
    }

    @Override
    public void publish(LogRecord record) {
      if (isLoggable(record)) {
        err.print(getFormatter().format(record));
      }
    }

    @Override
    public void flush() {
      err.flush();
    }

    @Override
    public void close() {}
  }

  private static final class OneLine extends Formatter {

    private final boolean verbose;

    private OneLine(boolean verbose) {
      this.verbose = verbose;
    }

    @Override
    public String format(LogRecord record) {
      StringBuilder line = new StringBuilder();
      if (verbose) {
        String name = String.valueOf(record.getLoggerName());
        line.append(TIME.format(record.getInstant()))
            .append(' ')
            .append(name.substring(name.lastIndexOf('.') + 1))
            .append(' ');
      }
      line.append(word(record.getLevel()))
          .append(": ")
          .append(Sentence.redact(formatMessage(record)))
          .append('\n');
      if (verbose && record.getThrown() != null) {
        line.append(stackTrace(record.getThrown()));
      }
      return line.toString();
    }
  }

  private static String word(Level level) {
    return level.intValue() >= Level.SEVERE.intValue()
        ? "error"
        : level.intValue() >= Level.WARNING.intValue()
            ? "warning"
            : level.intValue() >= Level.INFO.intValue() ? "info" : "debug";
  }

  /** A stack trace without passwords. */
  public static String stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return Sentence.redact(text.toString());
  }
}
