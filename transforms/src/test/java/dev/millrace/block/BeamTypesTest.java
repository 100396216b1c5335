// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BeamTypesTest {

  @Provide
  static Arbitrary<Block> blocks() {
    return BlockFixtures.blocks();
  }

  @Property(tries = 200)
  void toBeam_shouldGiveASchemaWhoseRowsHoldTheValues(@ForAll("blocks") Block block)
      throws Exception {
    Schema schema = block.schema().toBeam();
    for (int row = 0; row < block.rows(); row++) {
      // The builder checks each value's class against its field; toRows does not.
      Row.Builder checked = Row.withSchema(schema);
      for (int i = 0; i < block.schema().size(); i++) {
        checked.addValue(block.column(i).value(row));
      }
      Row given = ToRowsFn.row(schema, block, row);

      assertThat(given).isEqualTo(checked.build());
      Row decoded = CoderUtils.clone(RowCoder.of(schema), given);
      assertThat(decoded).isEqualTo(given);
      for (int i = 0; i < block.schema().size(); i++) {
        assertThat(BlockFixtures.comparable(decoded.getValue(i)))
            .isEqualTo(BlockFixtures.comparable(block.column(i).value(row)));
      }
    }
  }

  @Test
  void toBeam_shouldMakeEveryFieldNullable() {
    assertThat(BlockFixtures.everyType().toBeam().getFields())
        .allMatch(field -> field.getType().getNullable());
  }

  @Test
  void fromBeam_shouldTakeBackEachType_butTheLimitsOfADecimalAndTheNatureOfJson() {
    for (Column column : BlockFixtures.everyType().columns()) {
      BlockSchema back = BlockSchema.fromBeam(BlockSchema.of(column).toBeam());

      BlockType expected =
          switch (column.type().kind()) {
            case DECIMAL -> BlockType.NUMERIC;
            case JSON -> BlockType.TEXT;
            default -> column.type();
          };
      assertThat(back).isEqualTo(BlockSchema.of(Column.of(column.name(), expected)));
    }
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        arguments(FieldType.BYTE, "BYTE"),
        arguments(FieldType.DATETIME, "DATETIME"),
        arguments(FieldType.array(FieldType.STRING), "ARRAY"),
        arguments(FieldType.iterable(FieldType.STRING), "ITERABLE"),
        arguments(FieldType.map(FieldType.STRING, FieldType.INT32), "MAP"),
        arguments(FieldType.row(Schema.builder().addInt32Field("inner").build()), "ROW"),
        arguments(
            FieldType.logicalType(VariableString.of(10)),
            "the logical type beam:logical_type:var_char:v1"),
        arguments(
            FieldType.logicalType(new NanosInstant()),
            "the logical type beam:logical_type:nanos_instant:v1"),
        arguments(
            FieldType.logicalType(EnumerationType.create("a", "b")), "the logical type Enum"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void fromBeam_shouldRefuseAFieldByName_whenNoBlockCarriesItsType(FieldType type, String shown) {
    Schema schema = Schema.builder().addInt32Field("id").addField("odd", type).build();

    assertThatThrownBy(() -> BlockSchema.fromBeam(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid field: odd of "
                + shown
                + " (must be BOOLEAN, INT16, INT32, INT64, FLOAT, DOUBLE, DECIMAL, STRING, BYTES or"
                + " one of the logical types beam:logical_type:date:v1,"
                + " beam:logical_type:datetime:v1, beam:logical_type:micros_instant:v1,"
                + " beam:logical_type:time:v1, beam:logical_type:uuid:v1)");
  }

  @Test
  void fromBeam_shouldRefuseASchemaWithoutFields() {
    assertThatThrownBy(() -> BlockSchema.fromBeam(Schema.of()))
        .hasMessage("Invalid schema: no columns (must have one or more)");
  }

  @Test
  void project_shouldKeepTheOrderGiven() {
    BlockSchema schema =
        BlockSchema.of(
            Column.of("a", BlockType.INT32),
            Column.of("b", BlockType.TEXT),
            Column.of("c", BlockType.BOOL));

    assertThat(schema.project(List.of("c", "a")).names()).containsExactly("c", "a");
    assertThatThrownBy(() -> schema.project(List.of("d")))
        .hasMessage("Invalid column: d (must be one of [a, b, c])");
    assertThatThrownBy(() -> schema.project(List.of("a", "a")))
        .hasMessage("Invalid schema: two columns named a (must differ)");
  }
}
