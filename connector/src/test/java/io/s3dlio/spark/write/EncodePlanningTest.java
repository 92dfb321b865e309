package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that are to be files, refused before any task runs. */
class EncodePlanningTest {
  private final SparkSession spark = LocalSpark.session();
  private final Path dir;

  EncodePlanningTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private void assertRefused(
      String query, Map<String, String> options, String[] partitionBy, String... messages) {
    assertThatThrownBy(
            () ->
                spark
                    .sql(query)
                    .write()
                    .format("s3dlio")
                    .options(options)
                    .partitionBy(partitionBy)
                    .mode("append")
                    .save(dir.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(
            e -> {
              for (String message : messages) {
                assertThat(e).hasMessageContaining(message);
              }
            });
    assertThat(dir).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tfrecord | select current_timestamp() t | Cannot write column 't' as a feature: it is TIMESTAMP",
        "tfrecord | select map(1, 2) m | Cannot write column 'm' as a feature: it is MAP<INT, INT>",
        "tfrecord | select array(current_date()) d | Cannot write column 'd' as a feature",
        "tfrecord | select array(array(1)) n | Set recordType to SequenceExample for arrays of arrays",
        "npz | select 1.5 d | Cannot write column 'd' as an array: it is DECIMAL(2,1)",
        "npz | select array('a') s | Cannot write column 's' as an array: it is ARRAY<STRING>",
        "npz | select null n | Cannot write column 'n' as an array: it is VOID",
        "npz | select 1 `a/b` | Cannot write column 'a/b' as an array: that is no member's name",
      })
  void columnsThatCannotBeEncodedAreNamed(String format, String query, String reason) {
    assertRefused(query, Map.of("encode", format), new String[0], reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SequenceExample | select array(array(array(1))) n | Cannot write column 'n' as a feature",
        "ByteArray | select 'x' s | takes one BINARY column, there are 1, of STRING",
        "ByteArray | select X'01' a, X'02' b | takes one BINARY column, there are 2",
      })
  void recordTypesHaveTheirColumns(String type, String query, String reason) {
    assertRefused(query, Map.of("encode", "tfrecord", "recordType", type), new String[0], reason);
  }

  @ParameterizedTest
  @CsvSource({
    "objectType, zeros, tfrecord, it means nothing with encode",
    "objectName, a_{}, tfrecord, it means nothing with encode",
    "objectSize, 1mb, tfrecord, it means nothing with encode",
    "seed, 1, npz, it means nothing with encode",
    "onExisting, skip, npz, it means nothing with encode",
    "recordType, Example, npz, it is one of encode=tfrecord",
    "compression, gzip, npz, it is one of encode=tfrecord",
    "codec, gzip, npz, it is one of encode=tfrecord",
    "sampleAxis, -1, tfrecord, it is one of encode=npz",
    "recordType, ByteArray, none, it means something with encode alone",
    "compression, gzip, none, it means something with encode alone",
    "maxRecordsPerFile, 5, none, it means something with encode alone",
  })
  void optionsThatMeanNothingAreRefused(String option, String value, String encode, String reason) {
    assertRefused(
        "select 1L id",
        Map.of("encode", encode, option, value),
        new String[0],
        "Invalid option: '%s' (%s".formatted(option, reason));
  }

  @ParameterizedTest
  @CsvSource({
    "encode, parquet, must be one of 'none, tfrecord, npz'",
    "recordType, Exemple, must be one of 'Example, SequenceExample, ByteArray'",
    "compression, zstd, must be one of 'none, gzip, org.apache.hadoop.io.compress.GzipCodec'",
    "codec, org.apache.hadoop.io.compress.BZip2Codec, must be one of",
    "maxRecordsPerFile, -1, must be",
    "maxBytesPerFile, 2gb, must be",
    "sampleAxis, 1, must be 0 or -1",
  })
  void malformedValuesTellTheRule(String option, String value, String rule) {
    Map<String, String> options = new HashMap<>(Map.of("encode", "tfrecord"));
    options.put(option, value);
    assertRefused(
        "select 1L id",
        options,
        new String[0],
        "Invalid %s: '%s' (%s".formatted(option, value, rule.replace("'", "")));
  }

  @Test
  void twoNamesOfOneOptionMayNotDiffer() {
    assertRefused(
        "select 1L id",
        Map.of("encode", "tfrecord", "codec", "gzip", "compression", "none"),
        new String[0],
        "Invalid codec: gzip (compression says none; they are two names of one option)");
  }

  @Test
  void columnsOfDirectoriesAreChecked() {
    Map<String, String> encode = Map.of("encode", "tfrecord");
    assertRefused(
        "select 1L id, 1.5D d",
        encode,
        new String[] {"d"},
        "Cannot partition by column 'd': it is DOUBLE",
        "cast it to STRING");
    assertRefused(
        "select 1L id, 'x' `.p`",
        encode,
        new String[] {"`.p`"},
        "Cannot partition by column '.p': reads hide directories of such names");
    assertRefused("select 1L id", encode, new String[] {"id"}, "there is no column beside");
    assertRefused(
        "select 1L id",
        encode,
        new String[] {"other"},
        "Cannot partition by 'other': no such column");
    assertRefused(
        "select 1L id, 'x' p",
        Map.of("objectSize", "1k"),
        new String[] {"p"},
        "Cannot partition by p: a row is an object",
        "with encode");
  }

  @Test
  void theSameColumnTwiceIsRefused() {
    assertRefused(
        "select 1L id, 2L ID",
        Map.of("encode", "tfrecord"),
        new String[0],
        "column 'ID' is there twice");
  }
}
