// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static dev.millrace.block.BlockType.decimal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.sessions.JqwikSession;
import org.jspecify.annotations.Nullable;

/**
 * Types, values and blocks for tests. Values are such that PostgreSQL can hold them too: dates from
 * 4714 BC, texts without NUL, JSON that {@code jsonb} prints as it came.
 */
public final class BlockFixtures {

  /** Each type a block carries; decimals at the edges of their layouts. */
  public static final List<BlockType> TYPES =
      List.of(
          BlockType.BOOL,
          BlockType.INT16,
          BlockType.INT32,
          BlockType.INT64,
          BlockType.FLOAT32,
          BlockType.FLOAT64,
          decimal(1, 0),
          decimal(9, 2),
          decimal(18, 16),
          decimal(18, 18),
          decimal(38, 10),
          decimal(39, 0),
          decimal(76, 76),
          BlockType.NUMERIC,
          BlockType.TEXT,
          BlockType.BYTES,
          BlockType.DATE,
          BlockType.TIME,
          BlockType.TIMESTAMP,
          BlockType.TIMESTAMPTZ,
          BlockType.UUID,
          BlockType.JSON);

  // 4714-11-24 BC and 5874898-06-03 as days since 1970.
  private static final long FIRST_DAY = -2_440_588;
  private static final long LAST_DAY = 2_145_042_905;

  private static final long FIRST_MICROSECOND = FIRST_DAY * 86_400_000_000L;

  private BlockFixtures() {}

  /** A column of each of {@link #TYPES}, named after it, such as {@code decimal_9_2}. */
  public static BlockSchema everyType() {
    return new BlockSchema(TYPES.stream().map(type -> Column.of(name(type), type)).toList());
  }

  private static String name(BlockType type) {
    return type.toString()
        .toLowerCase(Locale.ROOT)
        .replace('(', '_')
        .replace(',', '_')
        .replace(")", "");
  }

  /** Values of the class that {@link BlockSchema#toBeam()} gives the type; never NULL. */
  public static Arbitrary<Object> values(BlockType type) {
    return switch (type.kind()) {
      case BOOL -> Arbitraries.of(true, false).map(value -> value);
      case INT16 -> Arbitraries.shorts().map(value -> value);
      case INT32 -> Arbitraries.integers().map(value -> value);
      case INT64 -> Arbitraries.longs().map(value -> value);
      case FLOAT32 -> floats().map(value -> value);
      case FLOAT64 -> doubles().map(value -> value);
      case DECIMAL -> decimals(type.precision(), type.scale()).map(value -> value);
      case NUMERIC -> numerics().map(value -> value);
      case TEXT -> texts().map(value -> value);
      case BYTES, OPAQUE ->
          Arbitraries.bytes().array(byte[].class).ofMaxSize(40).map(value -> value);
      case DATE -> Arbitraries.longs().between(FIRST_DAY, LAST_DAY).map(LocalDate::ofEpochDay);
      case TIME ->
          Arbitraries.longs()
              .between(0, 86_399_999_999L)
              .map(micros -> LocalTime.ofNanoOfDay(micros * 1_000));
      case TIMESTAMP ->
          instants().map(instant -> instant.atOffset(ZoneOffset.UTC).toLocalDateTime());
      case TIMESTAMPTZ -> instants().map(value -> value);
      case UUID -> Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
      case JSON -> json().map(value -> value);
    };
  }

  /** Decimals of exactly this scale and at most this precision. */
  public static Arbitrary<BigDecimal> decimals(int precision, int scale) {
    BigInteger most = BigInteger.TEN.pow(precision).subtract(BigInteger.ONE);
    return Arbitraries.bigIntegers()
        .between(most.negate(), most)
        .map(unscaled -> new BigDecimal(unscaled, scale));
  }

  /** Decimals of up to 80 digits, with up to 40 after the point. */
  public static Arbitrary<BigDecimal> numerics() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 80), Arbitraries.integers().between(0, 40))
        .flatAs(BlockFixtures::decimals);
  }

  /** Texts of all planes of Unicode, and such as a text format must escape. */
  public static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.of("", " ", "\\N", "\\.", "NULL", "a\tb", "a\nb", "a\r\nb", "\"'", "\uFFFD"),
        Arbitraries.strings().ascii().excludeChars('\0').ofMaxLength(30),
        Arbitraries.integers()
            .between(1, Character.MAX_CODE_POINT)
            .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
            .list()
            .ofMaxSize(20)
            .map(BlockFixtures::text));
  }

  private static String text(List<Integer> codePoints) {
    StringBuilder text = new StringBuilder();
    codePoints.forEach(text::appendCodePoint);
    return text.toString();
  }

  private static Arbitrary<Float> floats() {
    return Arbitraries.integers()
        .map(Float::intBitsToFloat)
        // One NaN: a database keeps no payload.
        .map(value -> value.isNaN() ? Float.valueOf(Float.NaN) : value)
        .edgeCases(
            cases ->
                cases.add(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 0f));
  }

  private static Arbitrary<Double> doubles() {
    return Arbitraries.longs()
        .map(Double::longBitsToDouble)
        .map(value -> value.isNaN() ? Double.valueOf(Double.NaN) : value)
        .edgeCases(
            cases ->
                cases.add(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0d, 0d));
  }

  private static Arbitrary<Instant> instants() {
    return Arbitraries.longs()
        .between(FIRST_MICROSECOND, Long.MAX_VALUE - 1)
        .map(
            micros ->
                Instant.ofEpochSecond(
                    Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000));
  }

  private static Arbitrary<String> json() {
    Arbitrary<String> number = Arbitraries.integers().map(String::valueOf);
    return Arbitraries.oneOf(
        Arbitraries.of("null", "true", "\"\"", "\"\u00e9\uD83D\uDE00\"", "[]", "{}"),
        number,
        number.list().ofMaxSize(4).map(numbers -> "[" + String.join(", ", numbers) + "]"),
        number.map(value -> "{\"a\": " + value + "}"));
  }

  /** Blocks of up to 40 rows, a fifth of whose values are NULL. */
  public static Arbitrary<Block> blocks(BlockSchema schema) {
    List<Arbitrary<Object>> columns =
        schema.columns().stream().map(column -> values(column.type()).injectNull(0.2)).toList();
    return Combinators.combine(
            origins(), Combinators.combine(columns).as(row -> row).list().ofMaxSize(40))
        .as((origin, rows) -> block(schema, origin, rows));
  }

  private static Arbitrary<Origin> origins() {
    return Combinators.combine(texts(), Arbitraries.longs(), texts(), texts()).as(Origin::new);
  }

  /** Blocks of one to six columns of any types. */
  public static Arbitrary<Block> blocks() {
    return Arbitraries.of(TYPES)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(BlockFixtures::numbered)
        .flatMap(BlockFixtures::blocks);
  }

  private static BlockSchema numbered(List<BlockType> types) {
    List<Column> columns = new ArrayList<>();
    types.forEach(type -> columns.add(Column.of("c" + columns.size(), type)));
    return new BlockSchema(columns);
  }

  /**
   * The same rows for the same seed, a fifth of whose values are NULL; for use outside of jqwik.
   */
  public static Block sample(BlockSchema schema, int rows, long seed) {
    BlockBuilder builder = new BlockBuilder(schema);
    JqwikSession.run(
        () -> {
          Random random = new Random(seed);
          for (int i = 0; i < schema.size(); i++) {
            var generator = values(schema.column(i).type()).injectNull(0.2).generator(rows, true);
            for (int row = 0; row < rows; row++) {
              builder.column(i).append(generator.next(random).value());
            }
          }
        });
    return builder.build(Origin.NONE);
  }

  /** A block of these rows, from no split. */
  public static Block block(BlockSchema schema, List<? extends List<?>> rows) {
    return block(schema, Origin.NONE, rows);
  }

  /** A block of these rows. */
  public static Block block(BlockSchema schema, Origin origin, List<? extends List<?>> rows) {
    BlockBuilder builder = new BlockBuilder(schema);
    for (List<?> row : rows) {
      for (int i = 0; i < schema.size(); i++) {
        builder.column(i).append(row.get(i));
      }
    }
    return builder.build(origin);
  }

  /** What a database holds and no Java object does: infinities, NaN, the end of a day. */
  public static Block extremes() {
    BlockBuilder builder =
        new BlockBuilder(
            BlockSchema.of(
                Column.of("numeric", BlockType.NUMERIC),
                Column.of("date", BlockType.DATE),
                Column.of("time", BlockType.TIME),
                Column.of("timestamp", BlockType.TIMESTAMP),
                Column.of("timestamptz", BlockType.TIMESTAMPTZ)));
    for (boolean high : new boolean[] {true, false}) {
      builder.column(0).appendBytes(special(high ? 0xD000 : 0xF000), 0, Numeric.HEADER);
      builder.column(1).appendInt(high ? Integer.MAX_VALUE : Integer.MIN_VALUE);
      builder.column(2).appendLong(86_400_000_000L);
      builder.column(3).appendLong(high ? Long.MAX_VALUE : Long.MIN_VALUE);
      builder.column(4).appendLong(high ? Long.MAX_VALUE : Long.MIN_VALUE);
    }
    return builder.build(Origin.NONE);
  }

  /** The encoding of a numeric with this sign word and no digits, such as 0xC000 for NaN. */
  public static byte[] special(int sign) {
    return ByteBuffer.allocate(Numeric.HEADER).putShort(4, (short) sign).array();
  }

  /** A block's values, comparable: byte arrays as lists of bytes. */
  public static List<List<@Nullable Object>> rows(Block block) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int row = 0; row < block.rows(); row++) {
      @Nullable Object[] values = new @Nullable Object[block.schema().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = comparable(block.column(i).value(row));
      }
      rows.add(Arrays.asList(values));
    }
    return rows;
  }

  /** A value as {@link #rows} shows it. */
  public static @Nullable Object comparable(@Nullable Object value) {
    return value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value;
  }

  /** The values of a builder, which is empty afterwards. */
  static BlockColumn take(ColumnBuilder builder) {
    BlockSchema schema = BlockSchema.of(Column.of("taken", builder.type()));
    Block block =
        BlockBytes.assemble(schema, Origin.NONE, builder.rows(), List.of(builder.source()));
    builder.clear();
    return block.column(0);
  }

  /** The bytes of a column's values. */
  static byte[] data(BlockColumn column) {
    List<ByteBuffer> buffers = column.buffers();
    ByteBuffer data = buffers.get(buffers.size() - 1);
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    return bytes;
  }
}
