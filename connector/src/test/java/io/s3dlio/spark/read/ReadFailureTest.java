package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.metric;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadFailureTest {
  private static final long ROW_LIMIT = 2147483632L;

  private final Path directory;

  ReadFailureTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void memoryIsBack() {
    ReadFixture.awaitMemoryBack();
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectThatVanishedFailsTheJobAndIsNamed(String mode) throws IOException {
    Dataset<Row> rows = listed(s3dlio(mode).option("maxBatchBytes", 2500).load(files(50)));
    Files.delete(directory.resolve("23"));

    failure(rows)
        .hasStackTraceContaining(
            "%s: Cannot read file://%s"
                .formatted(NotFoundException.class.getName(), directory.resolve("23")))
        .hasStackTraceContaining("set the option ignoreMissingFiles");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void objectsThatVanishedAreLeftOutOnRequestAndOnlyThey(String mode) throws IOException {
    Dataset<Row> rows =
        listed(
            s3dlio(mode)
                .option("ignoreMissingFiles", true)
                .option("maxBatchBytes", 5500)
                .load(files(50)));
    for (int gone : new int[] {0, 7, 8, 23, 49}) {
      Files.delete(directory.resolve("%02d".formatted(gone)));
    }

    Dataset<Row> read = rows.selectExpr("right(path, 2)", "crc32(content)");

    assertThat(read.collectAsList()).hasSize(45);
    assertThat(metric(read, "missingObjects")).isEqualTo(5);
    assertThat(metric(read, "objects")).isEqualTo(45);
    assertThat(metric(read, "contentBytes")).isEqualTo(45_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void whenEverythingVanishedNothingIsLeft(String mode) throws IOException {
    Dataset<Row> rows = listed(s3dlio(mode).option("ignoreMissingFiles", true).load(files(3)));
    for (int i = 0; i < 3; i++) {
      Files.delete(directory.resolve("%02d".formatted(i)));
    }

    assertThat(rows.selectExpr("crc32(content)").collectAsList()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void missingIsNeverTakenForChanged(String mode) throws IOException {
    Dataset<Row> rows = listed(s3dlio(mode).option("ignoreMissingFiles", true).load(files(3)));
    Files.delete(directory.resolve("01"));
    Files.write(directory.resolve("02"), new byte[1000]);

    failure(rows)
        .hasRootCauseInstanceOf(ObjectChangedException.class)
        .hasStackTraceContaining("file://" + directory.resolve("02"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectThatShrankFails(String mode) throws IOException {
    Dataset<Row> rows = listed(s3dlio(mode).load(files(5)));
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve("03").toFile(), "rw")) {
      file.setLength(10);
    }

    failure(rows).hasStackTraceContaining("Cannot read file://" + directory.resolve("03"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectThatWasReplacedFailsThoughItsSizeIsTheSame(String mode) throws IOException {
    Dataset<Row> rows = listed(s3dlio(mode).load(files(5)));
    Path other = file(directory, "other", 1000);
    Files.move(other, directory.resolve("04"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    failure(rows)
        .hasRootCauseInstanceOf(ObjectChangedException.class)
        .hasStackTraceContaining("file://" + directory.resolve("04"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectPastTheRowLimitIsReadInChunksOrNotAtAll(String mode) throws IOException {
    long size = 2_400_000_000L;
    Path large = directory.resolve("large");
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(size);
      file.seek(size - 1);
      file.write(7);
    }
    Dataset<Row> rows = s3dlio(mode).load(directory.toString());

    assertThat(rows.count()).isEqualTo(1);
    assertThat(rows.select("length").first().getLong(0)).isEqualTo(size);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rows.selectExpr("length(content)").collectAsList())
        .withMessageStartingWith(
            "Cannot read file://%s: it has %d bytes and a row holds", large, size)
        .withMessageEndingWith("Set option(\"chunkBytes\", \"64mb\") to read it as several rows");
    List<Row> chunks =
        s3dlio(mode)
            .option("chunkBytes", "64mb")
            .load(directory.toString())
            .selectExpr(
                "count(*)", "sum(length(content))", "max(offset)", "count(distinct crc32(content))")
            .collectAsList();
    assertThat(chunks.get(0).mkString("|")).isEqualTo("36|%d|%d|2".formatted(size, 35L << 26));
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectThatFillsARowUpIsRefusedToo(String mode) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve("large").toFile(), "rw")) {
      file.setLength(ROW_LIMIT);
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio(mode).load(directory.toString()).select("content").collectAsList())
        .withMessageContaining("it has 2147483632 bytes and a row holds");
  }

  private String files(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      file(directory, "%02d".formatted(i), 1000);
    }
    return directory.toString();
  }

  /** Has the files listed; a later action reads them. */
  private static Dataset<Row> listed(Dataset<Row> rows) {
    assertThat(rows.count()).isPositive();
    return rows;
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> failure(Dataset<Row> rows) {
    return assertThatThrownBy(() -> rows.selectExpr("sum(crc32(content))").collectAsList());
  }
}
