package io.s3dlio.spark.read.tfrecord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.format.TfRecordReader;
import io.s3dlio.spark.config.RecordType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class FeatureInferenceTest {
  private static String inferred(Records records, RecordType type) throws IOException {
    FeatureInference inference = new FeatureInference(type);
    try (TfRecordReader reader = records.reader()) {
      while (reader.next()) {
        inference.add(reader);
      }
    }
    StructType schema = inference.schema();
    assertThat(schema.asNullable()).isEqualTo(schema);
    return schema.toDDL();
  }

  private static String inferred(Records records) throws IOException {
    return inferred(records, RecordType.EXAMPLE);
  }

  @Test
  void oneValueIsAScalarAndColumnsAreInOrder() throws IOException {
    assertThat(
            inferred(
                new Records()
                    .example(
                        Map.of(
                            "c",
                            List.of("x"),
                            "a",
                            List.of(1L),
                            "b",
                            List.of(1f),
                            "B",
                            List.of(2L)))))
        .isEqualTo("B BIGINT,a BIGINT,b FLOAT,c STRING");
  }

  @Test
  void oneListOfAnotherLengthMakesArrays() throws IOException {
    Records records =
        new Records()
            .example(Map.of("a", List.of(1L), "b", List.of(1f), "c", List.of("x"), "d", List.of()))
            .example(Map.of("a", List.of(1L, 2L), "b", List.of(1f), "c", List.of("x", "y")))
            .example(Map.of("a", List.of(1L), "d", List.of(1L)));

    assertThat(inferred(records))
        .isEqualTo("a ARRAY<BIGINT>,b FLOAT,c ARRAY<STRING>,d ARRAY<BIGINT>");
  }

  @Test
  void columnsComeFromAllRecords() throws IOException {
    assertThat(
            inferred(
                new Records().example(Map.of("b", List.of(1L))).example(Map.of("a", List.of(1L)))))
        .isEqualTo("a BIGINT,b BIGINT");
    assertThat(inferred(new Records())).isEmpty();
  }

  @Test
  void listsOfFeaturesAreArraysOfArrays() throws IOException {
    Records records =
        new Records()
            .sequence(Map.of("id", List.of(1L)), Map.of("frames", List.of(), "none", List.of()))
            .sequence(Map.of(), Map.of("frames", List.of(List.of(1f), List.of(2f))));

    assertThat(inferred(records, RecordType.SEQUENCE_EXAMPLE))
        .isEqualTo("frames ARRAY<ARRAY<FLOAT>>,id BIGINT");
  }

  @Test
  void kindsThatHaveNothingInCommonAreNamed() throws IOException {
    Records kinds =
        new Records().example(Map.of("a", List.of(1L))).example(Map.of("a", List.of(1f)));
    Records lists =
        new Records()
            .sequence(Map.of("a", List.of(1L)), Map.of())
            .sequence(Map.of(), Map.of("a", List.of(List.of(1L))));

    assertThatThrownBy(() -> inferred(kinds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a': it is int64 in one record and float in another. Give a schema");
    assertThatThrownBy(() -> inferred(lists, RecordType.SEQUENCE_EXAMPLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "'a': it is a feature in one record and a list of features in another");
  }
}
