package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.binaryFile;
import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.metric;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.ReadFixture.sorted;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.crc32;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadContentTest {
  private static final Column[] BINARY_FILE_COLUMNS = {
    col("path"), col("modificationTime"), col("length"), crc32(col("content"))
  };

  private final Path directory;

  ReadContentTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void memoryIsBack() {
    ReadFixture.awaitMemoryBack();
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void readsWhatBinaryFileReadsWhateverTheNames(String mode) throws IOException {
    file(directory, "plain.bin", 1000);
    file(directory, "with space.bin", 1);
    file(directory, "100%.bin", 2);
    file(directory, "a%20b%2Fc.bin", 3);
    file(directory, "plus+and&=.bin", 4);
    file(directory, "日本語/été.bin", 5);
    file(directory, "emoji 😀/x", 6);
    file(directory, "deep/er/and/deeper/still", 7);
    file(directory, "question?hash#.bin", 8);
    file(directory, "k=v/part", 9);
    file(directory, "_k=v/part", 10);
    file(directory, "_hidden/x", 11);
    file(directory, ".hidden/x", 12);
    file(directory, "_SUCCESS", 13);
    file(directory, "a/.x.crc", 14);
    file(directory, "a/x._COPYING_", 15);
    file(directory, "_metadata", 16);
    for (int i = 0; i < 40; i++) {
      file(directory, "many/" + i, 10_000 + i * 4099);
    }

    Dataset<Row> ours = s3dlio(mode).option("maxBatchBytes", "256k").load(directory.toString());

    assertThat(sorted(ours.select(BINARY_FILE_COLUMNS)))
        .isEqualTo(sorted(binaryFile().load(directory.toString()).select(BINARY_FILE_COLUMNS)))
        .hasSize(51);
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anEmptyObjectIsARowWithEmptyContent(String mode) throws IOException {
    file(directory, "a", 3);
    file(directory, "b", 0);
    file(directory, "c", 4);
    file(directory, "only/d", 0);

    assertThat(
            sorted(
                s3dlio(mode)
                    .load(directory.toString())
                    .select(expr("right(path, 1)"), expr("length(content)"), col("length"))))
        .containsExactly("a|3|3", "b|0|0", "c|4|4", "d|0|0");
    assertThat(s3dlio(mode).load(directory + "/only").select("content").first().<byte[]>getAs(0))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"columnar, false", "columnar, true", "rows, false"})
  void everyColumnHoldsWhatTheStoreSays(String mode, boolean largeVarTypes) throws IOException {
    Path file = file(directory, "x", 5);
    Instant time = Instant.parse("2023-04-05T06:07:08.123456Z");
    Files.setLastModifiedTime(file, FileTime.from(time));
    LocalSpark.session()
        .conf()
        .set("spark.sql.execution.arrow.useLargeVarTypes", String.valueOf(largeVarTypes));
    try {
      Row row =
          s3dlio(mode)
              .load(directory.toString())
              .selectExpr("etag", "content", "offset", "length", "modificationTime", "path")
              .first();

      assertThat(row.getString(0)).startsWith("5-");
      assertThat(row.<byte[]>getAs(1)).isEqualTo(Files.readAllBytes(file));
      assertThat(row.getLong(2)).isZero();
      assertThat(row.getLong(3)).isEqualTo(5);
      assertThat(row.getTimestamp(4).toInstant()).isEqualTo(time);
      assertThat(row.getString(5)).isEqualTo("file://" + file);
    } finally {
      LocalSpark.session().conf().unset("spark.sql.execution.arrow.useLargeVarTypes");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void largeObjectsAreChunksOnlyOnRequest(String mode) throws IOException {
    byte[] content = Files.readAllBytes(file(directory, "x", 100_001));
    file(directory, "y", 40_000);
    file(directory, "z", 0);

    assertThat(s3dlio(mode).load(directory.toString()).count()).isEqualTo(3);
    List<Row> rows =
        s3dlio(mode)
            .option("chunkBytes", 40_000)
            .option("maxPartitionBytes", 50_000)
            .option("openCostInBytes", 0)
            .load(directory.toString())
            .orderBy("path", "offset")
            .selectExpr("right(path, 1)", "offset", "length", "content")
            .collectAsList();

    assertThat(rows.stream().map(row -> row.get(0) + "@" + row.get(1) + "/" + row.get(2)))
        .containsExactly("x@0/100001", "x@40000/100001", "x@80000/100001", "y@0/40000", "z@0/0");
    assertThat(rows.get(0).<byte[]>getAs(3)).isEqualTo(Arrays.copyOfRange(content, 0, 40_000));
    assertThat(rows.get(1).<byte[]>getAs(3)).isEqualTo(Arrays.copyOfRange(content, 40_000, 80_000));
    assertThat(rows.get(2).<byte[]>getAs(3))
        .isEqualTo(Arrays.copyOfRange(content, 80_000, 100_001));
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void textTakenFromABatchOutlivesIt(String mode) throws IOException {
    for (int i = 0; i < 60; i++) {
      file(directory, "%03d".formatted(i), 1000);
    }
    Dataset<Row> rows =
        s3dlio(mode).option("maxBatchBytes", 3000).option("prefetch", 0).load(directory.toString());

    Row row =
        rows.agg(
                max("path"),
                min("path"),
                first("path"),
                max(col("etag")),
                count(lit(1)),
                sum(expr("length(content)")))
            .first();

    assertThat(row.getString(0)).endsWith("/059");
    assertThat(row.getString(1)).endsWith("/000");
    assertThat(row.getString(2)).startsWith("file://" + directory);
    assertThat(row.getString(3)).startsWith("3e8-");
    assertThat(row.getLong(4)).isEqualTo(60);
    assertThat(row.getLong(5)).isEqualTo(60_000);
    assertThat(rows.groupBy("path").count().count()).isEqualTo(60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void columnsThatNobodyAskedForAreNotRead(String mode) throws IOException {
    Path file = file(directory, "a", 3);
    file(directory, "b", 3);
    Dataset<Row> all = s3dlio(mode).load(directory.toString());
    assertThat(all.count()).isEqualTo(2);
    Files.delete(file);

    Dataset<Row> names = all.select("path", "length", "etag");

    assertThat(names.collectAsList()).hasSize(2);
    assertThat(metric(names, "ranges")).isZero();
    assertThat(metric(names, "contentBytes")).isZero();
    assertThat(metric(names, "objects")).isEqualTo(2);
    assertThat(all.filter("length = 3").count()).isEqualTo(2);
    assertThat(all.selectExpr("max(length)").first().getLong(0)).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void aBudgetAndBatchesOfOneByteStillReadEverything(String mode) throws IOException {
    for (int i = 0; i < 10; i++) {
      file(directory, "" + i, 5000 + i);
    }

    assertThat(
            sorted(
                s3dlio(mode)
                    .option("maxBatchBytes", 1)
                    .option("maxPartitionBytes", 1)
                    .option("maxConcurrency", 1)
                    .option("range.chunkSize", "4k")
                    .option("range.minSplitSize", 1)
                    .load(directory.toString())
                    .select(BINARY_FILE_COLUMNS)))
        .isEqualTo(sorted(binaryFile().load(directory.toString()).select(BINARY_FILE_COLUMNS)));
  }

  @Test
  void directReadsTheSame() throws IOException {
    for (int i = 0; i < 10; i++) {
      file(directory, "" + i, i * 5000 + 1);
    }
    Column[] columns = {col("length"), crc32(col("content"))};

    assertThat(
            sorted(
                s3dlio("columnar")
                    .option("directFallback", true)
                    .load("direct://" + directory)
                    .select(columns)))
        .isEqualTo(sorted(binaryFile().load(directory.toString()).select(columns)));
  }
}
