// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.generate;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/**
 * Invented measurements in the form of the UCI files: same names of files and columns, same way of
 * writing, about the same share of missing, impossible (PM2.5 above PM10) and oddly written cells.
 * The same seed gives the same bytes on every machine.
 *
 * @param seed of the random numbers
 * @param stations 1 to 12, default 12
 * @param hours of each station from 2013-03-01 on, at least 1, default 35,064 (four years)
 */
public record GeneratedData(long seed, int stations, int hours) {
  private static final List<String> NAMES =
      List.of(
          "Aotizhongxin",
          "Changping",
          "Dingling",
          "Dongsi",
          "Guanyuan",
          "Gucheng",
          "Huairou",
          "Nongzhanguan",
          "Shunyi",
          "Tiantan",
          "Wanliu",
          "Wanshouxigong");

  private static final LocalDateTime FIRST_HOUR = LocalDateTime.of(2013, 3, 1, 0, 0);

  /** Where in the series the leftover of zero stands, 2017-01-26 23:00 of the real hours. */
  private static final double LEFTOVER = 34_272.0 / 35_064;

  /** Seven of twelve stations hold it. */
  private static final int LEFTOVER_STATIONS = 7;

  public GeneratedData {
    if (stations < 1 || stations > NAMES.size()) {
      throw new IllegalArgumentException(
          "Invalid stations: " + stations + " (must be 1 to " + NAMES.size() + ")");
    }
    if (hours < 1) {
      throw new IllegalArgumentException("Invalid hours: " + hours + " (must be 1 or more)");
    }
  }

  /** Twelve stations and four years, as many rows as the real data. */
  public static GeneratedData ofSeed(long seed) {
    return new GeneratedData(seed, 12, 35_064);
  }

  /** The same data, of fewer stations. */
  public GeneratedData withStations(int count) {
    return new GeneratedData(seed, count, hours);
  }

  /** The same data, of fewer hours. */
  public GeneratedData withHours(int count) {
    return new GeneratedData(seed, stations, count);
  }

  /** The number of rows that {@link #writeTo} writes. */
  public long rows() {
    return (long) stations * hours;
  }

  /**
   * Writes one {@code .csv.gz} a station into {@code folder}, over what is there by that name.
   *
   * @throws UncheckedIOException if the folder or a file cannot be written
   */
  public void writeTo(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    IntStream.range(0, stations).parallel().forEach(station -> write(folder, station));
  }

  private void write(Path folder, int station) {
    String name = NAMES.get(station);
    long leftover = station < LEFTOVER_STATIONS ? Math.max(1, (long) (LEFTOVER * hours)) : 0;
    StationSeries series = new StationSeries(name, seedOf(station), leftover);
    Path file = folder.resolve("PRSA_Data_" + name + "_" + period() + ".csv.gz");
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(file), 1 << 16),
                StandardCharsets.US_ASCII))) {
      out.write(StationSeries.header());
      for (int hour = 0; hour < hours; hour++) {
        out.write(series.next(FIRST_HOUR.plusHours(hour)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long seedOf(int station) {
    Random seeds = new Random(seed);
    long own = seeds.nextLong();
    for (int i = 0; i < station; i++) {
      own = seeds.nextLong();
    }
    return own;
  }

  private String period() {
    DateTimeFormatter day = DateTimeFormatter.BASIC_ISO_DATE;
    return day.format(FIRST_HOUR.toLocalDate())
        + "-"
        + day.format(FIRST_HOUR.plusHours(hours - 1L).toLocalDate());
  }
}
