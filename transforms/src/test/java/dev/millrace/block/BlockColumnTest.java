// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into a {@link ColumnBuilder} comes out of its {@link BlockColumn}. */
class BlockColumnTest {

  @Provide
  static Arbitrary<Tuple2<BlockType, List<Object>>> columns() {
    return Arbitraries.of(types())
        .flatMap(
            type ->
                BlockFixtures.values(type)
                    .injectNull(0.3)
                    .list()
                    .ofMaxSize(600)
                    .map(values -> Tuple.of(type, values)));
  }

  static List<BlockType> types() {
    return BlockFixtures.TYPES;
  }

  @Property(tries = 400)
  void value_shouldBeWhatWasAppended(
      @ForAll("columns") Tuple2<BlockType, List<@Nullable Object>> given) {
    ColumnBuilder builder = builder(given.get1());

    assertHolds(column(builder, given.get2()), given.get2());
  }

  @Property(tries = 100)
  void value_shouldBeWhatWasAppended_whenTheBuilderWasUsedBefore(
      @ForAll("columns") Tuple2<BlockType, List<@Nullable Object>> given) {
    ColumnBuilder builder = builder(given.get1());
    BlockColumn first = column(builder, given.get2());
    List<@Nullable Object> reversed = new ArrayList<>(given.get2());
    Collections.reverse(reversed);

    BlockColumn second = column(builder, reversed);

    assertHolds(second, reversed);
    assertHolds(first, given.get2());
    assertThat(second).isEqualTo(column(builder(given.get1()), reversed));
  }

  @ParameterizedTest
  @MethodSource("types")
  void isNull_shouldTellEachPlaceOfANull(BlockType type) {
    Object value = BlockFixtures.values(type).sample();
    // Around the bytes of a bitmap and its first growth.
    for (int rows : new int[] {1, 7, 8, 9, 16, 511, 512, 513, 1025}) {
      for (int at : new int[] {0, rows / 2, rows - 1}) {
        List<@Nullable Object> values = new ArrayList<>(Collections.nCopies(rows, value));
        values.set(at, null);
        assertHolds(column(builder(type), values), values);

        List<@Nullable Object> nulls = new ArrayList<>(Collections.nCopies(rows, null));
        assertHolds(column(builder(type), nulls), nulls);
        nulls.set(at, value);
        assertHolds(column(builder(type), nulls), nulls);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void take_shouldGiveAColumnOfNoRows_whenNothingWasAppended(BlockType type) {
    BlockColumn column = BlockFixtures.take(builder(type));

    assertThat(column.rows()).isZero();
    assertThat(column.nulls()).isZero();
    assertThat(BlockFixtures.data(column)).isEmpty();
    assertThat(column.bytes()).isEqualTo(type.isVariable() ? 4 : 0);
  }

  @ParameterizedTest
  @MethodSource("types")
  void bytes_shouldForetellTheColumn(BlockType type) {
    ColumnBuilder builder = builder(type);
    for (Object value : BlockFixtures.values(type).injectNull(0.3).list().ofSize(100).sample()) {
      builder.append(value);
    }
    long foretold = builder.bytes();

    assertThat(BlockFixtures.take(builder).bytes()).isEqualTo(foretold);
  }

  @ParameterizedTest
  @MethodSource("types")
  void appendFrom_shouldCopyARow(BlockType type) {
    List<Object> values = BlockFixtures.values(type).injectNull(0.3).list().ofSize(50).sample();
    BlockColumn source = column(builder(type), values);
    ColumnBuilder target = builder(type);
    for (int row = 0; row < source.rows(); row++) {
      target.appendFrom(source, row);
    }

    assertThat(BlockFixtures.take(target)).isEqualTo(source);
  }

  @Test
  void value_shouldRefuse_whenNoJavaObjectIsTheValue() {
    Block extremes = BlockFixtures.extremes();
    for (int row = 0; row < extremes.rows(); row++) {
      for (int i = 0; i < extremes.schema().size(); i++) {
        BlockColumn column = extremes.column(i);
        int at = row;
        assertThatThrownBy(() -> column.value(at))
            .as("%s", extremes.schema().column(i))
            .isInstanceOf(ArithmeticException.class)
            .hasMessageMatching("an infin.* has no .*|24:00:00 has no LocalTime");
      }
    }
  }

  @Test
  void getText_shouldRefuse_whenTheBytesAreNotUtf8() {
    ColumnBuilder builder = builder(BlockType.TEXT);
    builder.appendBytes(new byte[] {'a', (byte) 0xE9, 'b'}, 0, 3);
    BlockColumn latin1 = BlockFixtures.take(builder);

    assertThatThrownBy(() -> latin1.getText(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("its bytes are not UTF-8");
  }

  @Test
  void getText_shouldGiveAReplacementCharacter_whenTheTextHoldsOne() {
    ColumnBuilder builder = builder(BlockType.TEXT);
    builder.append("lost: \uFFFD");

    assertThat(BlockFixtures.take(builder).getText(0)).isEqualTo("lost: \uFFFD");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 999_999_999_999_999_999L, -999_999_999_999_999_999L})
  void getUnscaledLong_shouldBeWhatWasAppended(long unscaled) {
    for (BlockType type :
        List.of(BlockType.decimal(18, 4), BlockType.decimal(38, 4), BlockType.decimal(39, 4))) {
      ColumnBuilder builder = builder(type);
      builder.appendUnscaledLong(unscaled);
      BlockColumn column = BlockFixtures.take(builder);

      assertThat(column.getUnscaledLong(0)).isEqualTo(unscaled);
      assertThat(column.getDecimal(0).unscaledValue()).isEqualTo(unscaled);
      assertThat(column.getDecimal(0).scale()).isEqualTo(4);
    }
  }

  @Test
  void copy_shouldAppendAValuesBytesToAnArray() {
    ColumnBuilder builder = builder(BlockType.TEXT);
    builder.append("first");
    builder.append("second");
    BlockColumn column = BlockFixtures.take(builder);
    byte[] target = new byte[12];

    int end = column.copy(0, target, column.copy(1, target, 0));

    assertThat(new String(target, 0, end, StandardCharsets.UTF_8)).isEqualTo("secondfirst");
    assertThat(column.length(1)).isEqualTo(6);
    assertThat(column.getBytes(1)).isEqualTo("second".getBytes(StandardCharsets.UTF_8));
  }

  private static ColumnBuilder builder(BlockType type) {
    return new ColumnBuilder(Column.of("c", type));
  }

  private static BlockColumn column(ColumnBuilder builder, List<@Nullable Object> values) {
    values.forEach(builder::append);
    return BlockFixtures.take(builder);
  }

  private static void assertHolds(BlockColumn column, List<@Nullable Object> values) {
    assertThat(column.rows()).isEqualTo(values.size());
    assertThat(column.nulls()).isEqualTo(Collections.frequency(values, null));
    List<@Nullable Object> held = new ArrayList<>();
    for (int row = 0; row < column.rows(); row++) {
      held.add(BlockFixtures.comparable(column.value(row)));
      assertThat(column.isNull(row)).isEqualTo(values.get(row) == null);
    }
    assertThat(held).isEqualTo(values.stream().map(BlockFixtures::comparable).toList());
  }
}
