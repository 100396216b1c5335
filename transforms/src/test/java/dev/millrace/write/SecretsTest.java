// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.common.base.Throwables;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Secret;
import dev.millrace.read.ReadTable;
import dev.millrace.testing.PostgresExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.util.construction.PipelineTranslation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Where a password goes that a pipeline is given, and where it does not. */
class SecretsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String CANARY = "kanarienvogel-7";

  @BeforeAll
  static void createTables() throws SQLException {
    POSTGRES.execute("CREATE TABLE s (id int PRIMARY KEY)", "CREATE TABLE t (id int PRIMARY KEY)");
  }

  /** The server asks nobody, so that any password will do. */
  private static ConnectionSpec spec(Secret secret) {
    return ConnectionSpec.of(POSTGRES.jdbcUrl()).withPassword(secret);
  }

  private static Pipeline pipeline(ConnectionSpec spec) {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(ReadTable.from(spec, "s")).apply(WriteTable.into(spec, "t").upsert("id"));
    return pipeline;
  }

  /** The functions of a pipeline, which are what a runner sends to its workers. */
  private static List<DoFn<?, ?>> functions(Pipeline pipeline) {
    List<DoFn<?, ?>> functions = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            if (node.getTransform() instanceof ParDo.MultiOutput<?, ?> step) {
              functions.add(step.getFn());
            }
          }
        });
    return functions;
  }

  private static String serialized(Serializable object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void file_shouldStayWhereItIs(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), CANARY);
    ConnectionSpec spec = spec(Secret.fromFile(file.toString()));
    Pipeline pipeline = pipeline(spec);
    pipeline.run().waitUntilFinish();

    List<DoFn<?, ?>> functions = functions(pipeline);
    assertThat(functions).hasSizeGreaterThanOrEqualTo(2);
    for (Serializable each : functions) {
      assertThat(serialized(each)).doesNotContain(CANARY);
    }
    assertThat(serialized(spec)).contains(file.toString()).doesNotContain(CANARY);
    assertThat(serialized(ReadTable.from(spec, "s"))).doesNotContain(CANARY);
    assertThat(serialized(WriteTable.into(spec, "t"))).doesNotContain(CANARY);
  }

  @Test
  void environment_shouldStayWhereItIs() throws Exception {
    Map.Entry<String, String> variable =
        System.getenv().entrySet().stream()
            .filter(each -> each.getValue().length() > 12)
            .findFirst()
            .orElseThrow();
    ConnectionSpec spec = spec(Secret.fromEnvironment(variable.getKey()));
    spec.connect("test").close();

    for (Serializable each : functions(pipeline(spec))) {
      assertThat(serialized(each)).doesNotContain(variable.getValue());
    }
  }

  /** Inline it travels to the workers by its nature; but it is shown to nobody. */
  @Test
  void inline_shouldTravelInTheFunctionsAlone() throws Exception {
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl() + "&password=" + CANARY);
    Pipeline pipeline = pipeline(spec);

    assertThat(functions(pipeline))
        .anySatisfy(each -> assertThat(serialized(each)).contains(CANARY));
    for (DoFn<?, ?> each : functions(pipeline)) {
      assertThat(DisplayData.from(each).toString()).doesNotContain(CANARY);
    }
    ReadTable read = ReadTable.from(spec, "s");
    WriteTable write = WriteTable.into(spec, "t");
    // All but the functions themselves is what a runner's pages show.
    String shown =
        PipelineTranslation.toProto(pipeline).toString().replaceAll("(?m)^ *payload: .*$", "")
            + DisplayData.from(pipeline.getOptions())
            + pipeline.getOptions()
            + DisplayData.from(read)
            + DisplayData.from(write)
            + read
            + write
            + spec
            + spec.password()
            + spec.address();
    assertThat(shown).contains("WriteTable", "ReadTable").doesNotContain(CANARY);
  }

  @Test
  void failure_shouldNotTellIt() {
    ConnectionSpec refused =
        ConnectionSpec.of("jdbc:postgresql://localhost:1/x?user=u&password=" + CANARY);
    ConnectionSpec unknown =
        ConnectionSpec.of(POSTGRES.server().jdbcUrl("nowhere") + "&password=" + CANARY);

    for (ConnectionSpec each : List.of(refused, unknown)) {
      assertThat(catchThrowable(() -> each.connect("test")))
          .isInstanceOf(SQLException.class)
          .extracting(Throwables::getStackTraceAsString)
          .asString()
          .doesNotContain(CANARY);
    }
  }
}
