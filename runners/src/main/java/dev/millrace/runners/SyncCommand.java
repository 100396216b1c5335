// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.pipelines.sync.SyncOptions;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code millrace sync}. */
@Command(name = "sync", description = "Copies a table into another, at the speed of COPY.")
final class SyncCommand extends RunCommand {

  private final Console console;

  @Option(
      names = "--source",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database to read from.")
  String source = "";

  @Option(
      names = "--table",
      required = true,
      paramLabel = "T",
      description = "The table or view to read, as [schema.]name.")
  String table = "";

  @Option(
      names = "--target",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database to write to.")
  String target = "";

  @Option(
      names = "--into",
      required = true,
      paramLabel = "U",
      description = "The table to write, which exists, as [schema.]name.")
  String into = "";

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "append",
      converter = ModeConverter.class,
      description = "append (default), or upsert to replace rows of the same key.")
  SyncOptions.Mode mode = SyncOptions.Mode.APPEND;

  @Option(
      names = "--key",
      split = ",",
      paramLabel = "COL",
      description = "With upsert: the columns of a unique index of the target.")
  List<String> key = List.of();

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "COL",
      description = "Copy these columns only.")
  List<String> columns = List.of();

  @Option(
      names = "--where",
      paramLabel = "SQL",
      description = "Copy the rows that satisfy this condition only.")
  String where = "";

  @Option(
      names = "--checksum",
      description = "Afterwards let both databases sum up their rows, and compare.")
  boolean checksum;

  SyncCommand(Console console) {
    super(console);
    this.console = console;
  }

  @Override
  Work work() {
    SyncOptions options =
        new SyncOptions(
            Credentials.of("source", source, console.environment()),
            table,
            Credentials.of("target", target, console.environment()),
            into,
            mode,
            key,
            columns,
            where,
            common().blockSize,
            common().parallelism);
    return new SyncWork(options, checksum);
  }

  static final class ModeConverter implements ITypeConverter<SyncOptions.Mode> {
    @Override
    public SyncOptions.Mode convert(String value) {
      for (SyncOptions.Mode mode : SyncOptions.Mode.values()) {
        if (mode.name().toLowerCase(Locale.ROOT).equals(value)) {
          return mode;
        }
      }
      throw new TypeConversionException("must be append or upsert");
    }
  }
}
