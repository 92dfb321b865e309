package io.s3dlio.spark.read.tfrecord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.format.TfRecordReader;
import io.s3dlio.spark.config.RecordType;
import io.s3dlio.storage.CorruptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

class FeatureColumnsTest {
  private static StructType schema(String ddl) {
    return StructType.fromDDL(ddl);
  }

  /** Returns the rows as users see them, each in its text. */
  private static List<String> rows(Records records, RecordType type, String ddl)
      throws IOException {
    StructType schema = schema(ddl);
    FeatureColumns columns = FeatureColumns.of(schema, type);
    List<String> rows = new ArrayList<>();
    try (TfRecordReader reader = records.reader()) {
      while (reader.next()) {
        @Nullable Object[] values = new Object[schema.length()];
        columns.read(reader, values);
        StructField[] fields = schema.fields();
        for (int i = 0; i < values.length; i++) {
          values[i] =
              seen(
                  CatalystTypeConverters.createToScalaConverter(fields[i].dataType())
                      .apply(values[i]));
        }
        rows.add(Arrays.toString(values));
      }
    }
    return rows;
  }

  private static @Nullable Object seen(@Nullable Object value) {
    if (value instanceof Seq<?> elements) {
      return CollectionConverters.asJava(elements).stream()
          .map(FeatureColumnsTest::seen)
          .map(String::valueOf)
          .toList();
    }
    return value instanceof byte[] bytes ? Arrays.toString(bytes) : value;
  }

  private static List<String> examples(Map<String, List<?>> features, String ddl)
      throws IOException {
    return rows(new Records().example(features), RecordType.EXAMPLE, ddl);
  }

  @Test
  void everyTypeTakesTheFeaturesOfItsKind() throws IOException {
    Map<String, List<?>> features = Map.of("i", List.of(1L), "f", List.of(1.1f), "b", List.of("ä"));

    assertThat(examples(features, "i bigint, f float, b string")).containsExactly("[1, 1.1, ä]");
    assertThat(examples(features, "i int, f double, b binary"))
        .containsExactly("[1, 1.100000023841858, [-61, -92]]");
    assertThat(examples(features, "i boolean, f decimal(5, 2)")).containsExactly("[true, 1.10]");
    assertThat(examples(features, "i smallint")).containsExactly("[1]");
    assertThat(examples(features, "i tinyint")).containsExactly("[1]");
  }

  @Test
  void listsAreArrays() throws IOException {
    Map<String, List<?>> features =
        Map.of("i", List.of(1L, 0L), "f", List.of(1.5f, 2f), "b", List.of("x", "y"));

    assertThat(examples(features, "i array<bigint>, f array<float>, b array<string>"))
        .containsExactly("[[1, 0], [1.5, 2.0], [x, y]]");
    assertThat(examples(features, "i array<int>, f array<double>, b array<binary>"))
        .containsExactly("[[1, 0], [1.5, 2.0], [[120], [121]]]");
    assertThat(examples(features, "i array<boolean>, f array<decimal(5, 1)>"))
        .containsExactly("[[true, false], [1.5, 2.0]]");
    assertThat(examples(features, "i array<smallint>")).containsExactly("[[1, 0]]");
    assertThat(examples(features, "i array<tinyint>")).containsExactly("[[1, 0]]");
  }

  @Test
  void oneValueIsAnArrayToo() throws IOException {
    assertThat(examples(Map.of("i", List.of(1L)), "i array<bigint>")).containsExactly("[[1]]");
  }

  @Test
  void whatIsNotThereIsNull() throws IOException {
    Records records =
        new Records()
            .example(Map.of("a", List.of(1L), "b", List.of("x")))
            .example(Map.of("a", List.of()))
            .example(Map.of("b", List.of("y")));

    assertThat(rows(records, RecordType.EXAMPLE, "b string, a bigint, c array<float>"))
        .containsExactly("[x, 1, null]", "[null, null, null]", "[y, null, null]");
    assertThat(rows(records, RecordType.EXAMPLE, "a array<bigint>"))
        .containsExactly("[[1]]", "[[]]", "[null]");
  }

  @Test
  void sequencesGiveTheirListsAsArrays() throws IOException {
    Records records =
        new Records()
            .sequence(
                Map.of("id", List.of(7L)),
                Map.of(
                    "frames",
                    List.of(List.of(1L, 2L), List.of(), List.of(3L)),
                    "words",
                    List.of(List.of("a"), List.of("b"))));

    assertThat(
            rows(
                records,
                RecordType.SEQUENCE_EXAMPLE,
                "id bigint, frames array<array<int>>, words array<array<string>>"))
        .containsExactly("[7, [[1, 2], [], [3]], [[a], [b]]]");
    assertThat(rows(records, RecordType.SEQUENCE_EXAMPLE, "words array<string>"))
        .containsExactly("[[a, b]]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "i float; i: it has values of int64, not of float",
        "b bigint; b: it has values of bytes, not of int64",
        "i tinyint; i: its value 300 is not within -128 and 127",
        "i boolean; i: its value 300 is not within 0 and 1",
        "many bigint; many: it has 2 values (an ARRAY has many)",
        "many array<int>; many: its value 5000000000 is not within -2147483648 and 2147483647",
        "nan decimal(5, 2); nan: its value NaN is no DECIMAL(5,2)",
        "large decimal(5, 2); large: its value 123456.0 is no DECIMAL(5,2)",
        "none bigint not null; none: it has no value, and the column takes no null",
      })
  void aFeatureThatDoesNotFitNamesItsPlace(String ddl, String reason) throws IOException {
    Records records =
        new Records()
            .example(
                Map.of(
                    "i",
                    List.of(300L),
                    "b",
                    List.of("x"),
                    "many",
                    List.of(1L, 5_000_000_000L),
                    "nan",
                    List.of(Float.NaN),
                    "large",
                    List.of(123456f)));
    String[] parts = reason.split(": ", 2);

    assertThatThrownBy(() -> rows(records, RecordType.EXAMPLE, ddl))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining(
            "Cannot decode s3://bucket/x: at byte 0: the feature '%s' does not fit: %s"
                .formatted(parts[0], parts[1]));
  }

  @Test
  void featuresAndListsOfThemAreNotTheSame() throws IOException {
    Records records =
        new Records()
            .sequence(Map.of("id", List.of(7L)), Map.of("frames", List.of(List.of(1L, 2L))));

    assertThatThrownBy(() -> rows(records, RecordType.SEQUENCE_EXAMPLE, "frames bigint"))
        .hasMessageContaining("'frames' does not fit: it is a list of features");
    assertThatThrownBy(() -> rows(records, RecordType.SEQUENCE_EXAMPLE, "id array<array<bigint>>"))
        .hasMessageContaining("'id' does not fit: it is no list of features");
    assertThatThrownBy(() -> rows(records, RecordType.SEQUENCE_EXAMPLE, "frames array<bigint>"))
        .hasMessageContaining("'frames' does not fit: it has 2 values");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "t timestamp; column 't' is TIMESTAMP, and no feature of Example is such",
        "m map<string, int>; column 'm' is MAP<STRING, INT>",
        "n array<array<bigint>>; set recordType to SequenceExample",
      })
  void columnsThatNoFeatureCanBeAreNamed(String ddl, String reason) {
    assertThatThrownBy(() -> FeatureColumns.of(schema(ddl), RecordType.EXAMPLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
