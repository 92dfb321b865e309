package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.binaryFile;
import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.ReadFixture.sorted;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hidden columns, held to those of Spark's file sources. */
class MetadataColumnsTest {
  private static final List<String> SPARKS =
      List.of(
          "file_path",
          "file_name",
          "file_size",
          "file_block_start",
          "file_block_length",
          "file_modification_time");

  private final Path directory;

  MetadataColumnsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void write() throws IOException {
    file(directory, "a.bin", 1000);
    file(directory, "d/b", 2000);
    file(directory, "d/e/c", 3000);
  }

  private Dataset<Row> read(String mode) {
    return s3dlio(mode).load(directory.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void theFieldsAreSparksAndSoAreTheirValues(String mode) {
    StructType ours = (StructType) read(mode).select("_metadata").schema().apply(0).dataType();
    StructType sparks =
        (StructType)
            binaryFile()
                .load(directory.toString())
                .select("_metadata")
                .schema()
                .apply(0)
                .dataType();

    assertThat(Arrays.asList(ours.fields()).subList(0, 6))
        .extracting(field -> field.name() + " " + field.dataType())
        .containsExactlyElementsOf(
            Arrays.stream(sparks.fields())
                .map(field -> field.name() + " " + field.dataType())
                .toList());
    for (String field : SPARKS) {
      String column = "_metadata." + field;
      assertThat(sorted(read(mode).select(column)))
          .as(field)
          .isEqualTo(sorted(binaryFile().load(directory.toString()).select(column)));
    }
    assertThat(sorted(read(mode).selectExpr("_metadata.*").select("file_name", "file_size")))
        .containsExactly("a.bin|1000", "b|2000", "c|3000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void metadataComesWithTheOtherColumnsAndWithoutThem(String mode) {
    Dataset<Row> rows =
        read(mode)
            .selectExpr(
                "_metadata.etag = etag AND _metadata.file_path = path AND _metadata.file_size ="
                    + " length(content) AND _metadata.file_modification_time = modificationTime",
                "_metadata.version_id");

    assertThat(rows.collectAsList()).extracting(row -> row.mkString("|")).containsOnly("true|null");
    assertThat(read(mode).select("_metadata").collectAsList()).hasSize(3);
    assertThat(read(mode).filter("_metadata.file_name = 'c'").select("path").collectAsList())
        .hasSize(1);
    assertThat(read(mode).columns()).doesNotContain("_metadata", "_parent");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void aBlockIsWhatARowHoldsOfItsFile(String mode) {
    assertThat(
            sorted(
                s3dlio(mode)
                    .option("chunkBytes", 1200)
                    .load(directory + "/d")
                    .select(
                        "_metadata.file_name",
                        "_metadata.file_size",
                        "_metadata.file_block_start",
                        "_metadata.file_block_length")))
        .containsExactly(
            "b|2000|0|1200",
            "b|2000|1200|800",
            "c|3000|0|1200",
            "c|3000|1200|1200",
            "c|3000|2400|600");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void theParentIsThePathWithoutTheLastName(String mode) {
    assertThat(
            read(mode)
                .selectExpr("concat(_parent, '/', _metadata.file_name) = path")
                .collectAsList())
        .extracting(row -> row.getBoolean(0))
        .containsOnly(true);
    assertThat(sorted(read(mode).groupBy("_parent").count()))
        .containsExactly(
            "file://" + directory + "/d/e|1",
            "file://" + directory + "/d|1",
            "file://" + directory + "|1");
  }

  /** Spark encodes paths and names as URIs here, though not in its column {@code path}. */
  @Test
  void namesAreTextHereAndEncodedInSpark() throws IOException {
    file(directory, "odd/a b%20+\u00e9.bin", 10);

    assertThat(s3dlio("columnar").load(directory + "/odd").select("_metadata.file_name").first())
        .extracting(row -> row.getString(0))
        .isEqualTo("a b%20+\u00e9.bin");
    assertThat(binaryFile().load(directory + "/odd").select("_metadata.file_name").first())
        .extracting(row -> row.getString(0))
        .isEqualTo("a%20b%2520+\u00e9.bin");
    assertThat(Files.exists(directory.resolve("odd/a b%20+\u00e9.bin"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void onlyTheFieldsThatAreAskedForAreRead(String mode) {
    Dataset<Row> names = read(mode).select("_metadata.file_name");

    assertThat(ReadFixture.execution(names).optimizedPlan().toString()).contains("_metadata");
    assertThat(ReadFixture.scan(names).schema().toDDL())
        .contains("file_name")
        .doesNotContain("file_path");
  }
}
