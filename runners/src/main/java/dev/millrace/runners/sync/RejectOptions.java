// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import dev.millrace.ledger.RejectRules;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Run;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of a command that writes rows which a table may refuse. */
final class RejectOptions {

  @Option(
      names = "--max-rejects",
      defaultValue = "0",
      paramLabel = "N|P%",
      converter = LimitConverter.class,
      description = {
        "How many rows the target may refuse, or what part of them; they go to millrace.reject",
        "there, see millrace dlq; default: 0, the first one ends the run."
      })
  Limit limit = Limit.NONE;

  @Option(
      names = "--redact",
      split = ",",
      paramLabel = "COL",
      description = "Columns whose values are not kept with a rejected row.")
  List<String> redact = List.of();

  /**
   * How many rows may be rejected.
   *
   * @param rows at most
   * @param part of all rows, from 0 to 1, at most; it is known at the end only
   */
  record Limit(long rows, double part) {
    static final Limit NONE = new Limit(0, 1);

    private boolean isBroken(Counts counts) {
      long rejected = counts.rowsRejected() == null ? 0 : counts.rowsRejected();
      long written = counts.rowsWritten() == null ? 0 : counts.rowsWritten();
      return rejected > part * (written + rejected);
    }
  }

  void check() {
    if (limit.rows() == 0 && !redact.isEmpty()) {
      throw new UsageException(
          "Invalid --redact: %s (must be left out without --max-rejects)".formatted(redact));
    }
  }

  /** The rules of a run; null to fail at the first row that is refused. */
  @Nullable RejectRules rules(String run) {
    return limit.rows() == 0 ? null : new RejectRules(limit.rows(), redact, run);
  }

  /** Says what was rejected. */
  void tell(Counts counts, Run run, List<String> report) {
    Long rejected = counts.rowsRejected();
    if (rejected != null && rejected > 0) {
      report.add(
          "%,d rows were rejected; millrace dlq show --run=%s tells which and why."
              .formatted(rejected, run.id()));
      if (limit.isBroken(counts)) {
        report.add(
            String.format(
                Locale.ROOT, "That is more than --max-rejects=%s%%.", percent(limit.part())));
      }
    }
  }

  private static String percent(double part) {
    return Double.toString(part * 100).replaceFirst("\\.0$", "");
  }

  /** The exit code of a run that did its work. */
  int exitCode(Counts counts) {
    return limit.isBroken(counts) ? ExitCode.REJECTS : ExitCode.DONE;
  }

  static final class LimitConverter implements ITypeConverter<Limit> {
    @Override
    public Limit convert(String value) {
      try {
        if (!value.endsWith("%")) {
          long rows = Long.parseLong(value);
          if (rows >= 0) {
            return new Limit(rows, 1);
          }
        } else {
          double part = Double.parseDouble(value.substring(0, value.length() - 1)) / 100;
          if (part > 0 && part <= 1) {
            return new Limit(Long.MAX_VALUE, part);
          }
        }
      } catch (NumberFormatException malformed) {
        // Said below.
      }
      throw new TypeConversionException(
          "must be a number of rows, or a percentage above 0% and up to 100%");
    }
  }
}
