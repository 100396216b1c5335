// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.PostgresExtension;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link Numeric} against {@code numeric_send} of a real server. */
class NumericOnPostgresTest {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @Test
  void fromBigDecimal_shouldWriteWhatTheServerSends() throws SQLException {
    List<BigDecimal> values = values(BlockType.NUMERIC);
    values.add(new BigDecimal("0.00000"));
    values.add(new BigDecimal("10000.0000"));
    values.add(BigDecimal.TEN.pow(131_072).subtract(BigDecimal.ONE));
    values.add(BigDecimal.ONE.movePointLeft(16_383));

    List<byte[]> sent = sent(values);

    for (int i = 0; i < values.size(); i++) {
      assertThat(Numeric.fromBigDecimal(values.get(i)))
          .as("%.40s", values.get(i))
          .isEqualTo(sent.get(i));
      assertThat(Numeric.toBigDecimal(sent.get(i), 0)).isEqualTo(values.get(i));
    }
  }

  @Test
  void putUnscaledLong_shouldWriteWhatTheServerSends() throws SQLException {
    for (BlockType type :
        List.of(BlockType.decimal(9, 2), BlockType.decimal(18, 0), BlockType.decimal(18, 16))) {
      List<BigDecimal> values = values(type);
      List<byte[]> sent = sent(values);
      byte[] target = new byte[Numeric.HEADER + 12];

      for (int i = 0; i < values.size(); i++) {
        long unscaled = values.get(i).unscaledValue().longValueExact();
        int end = Numeric.putUnscaledLong(target, 0, unscaled, type.scale());
        assertThat(Arrays.copyOf(target, end)).as("%s", values.get(i)).isEqualTo(sent.get(i));
        assertThat(Numeric.toUnscaledLong(sent.get(i), 0, type.scale())).isEqualTo(unscaled);
      }
    }
  }

  @Test
  void special_shouldBeWhatTheServerSends() throws SQLException {
    List<byte[]> sent =
        postgres.query(
            "SELECT numeric_send(v::numeric) FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity'])"
                + " WITH ORDINALITY AS t(v, n) ORDER BY n",
            row -> row.getBytes(1));

    // The scale that stands beside the sign differs: it means nothing.
    assertThat(sent.stream().map(bytes -> Arrays.copyOf(bytes, 6)).toList())
        .containsExactly(
            Arrays.copyOf(BlockFixtures.special(0xC000), 6),
            Arrays.copyOf(BlockFixtures.special(0xD000), 6),
            Arrays.copyOf(BlockFixtures.special(0xF000), 6));
  }

  private static List<BigDecimal> values(BlockType type) {
    Block block = BlockFixtures.sample(BlockSchema.of(Column.of("v", type)), 400, 20);
    List<BigDecimal> values = new ArrayList<>();
    for (int row = 0; row < block.rows(); row++) {
      if (block.column(0).value(row) instanceof BigDecimal value) {
        values.add(value);
      }
    }
    return values;
  }

  private static List<byte[]> sent(List<BigDecimal> values) throws SQLException {
    StringBuilder texts = new StringBuilder();
    for (BigDecimal value : values) {
      texts.append(texts.length() == 0 ? "" : ",").append(value.toPlainString());
    }
    return postgres.query(
        "SELECT numeric_send(v::numeric) FROM unnest(string_to_array('"
            + texts
            + "', ',')) WITH ORDINALITY AS t(v, n) ORDER BY n",
        row -> row.getBytes(1));
  }
}
