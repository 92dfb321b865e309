package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.util.ArrowUtils;

/** Files, reads of them, and what must be true after every read. */
final class ReadFixture {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ReadFixture() {}

  /** A reader in one of the two modes, {@code columnar} or {@code rows}. */
  static DataFrameReader s3dlio(String mode) {
    return LocalSpark.session().read().format("s3dlio").option("readMode", mode);
  }

  /** A reader with options, {@code name=value} after commas. */
  static DataFrameReader withOptions(String options) {
    DataFrameReader reader = s3dlio("columnar");
    for (String option : options.split(",")) {
      reader.option(option.split("=")[0], option.split("=")[1]);
    }
    return reader;
  }

  static DataFrameReader binaryFile() {
    return LocalSpark.session().read().format("binaryFile").option("recursiveFileLookup", true);
  }

  /** Writes a file of random bytes that depend on its name and size, in a whole second's time. */
  static Path file(Path directory, String name, int size) throws IOException {
    byte[] content = new byte[size];
    new Random(name.hashCode() * 31L + size).nextBytes(content);
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L + size));
    return file;
  }

  /** Rows as text, sorted, with {@code file:} locations written in one way. */
  static List<String> sorted(Dataset<Row> rows) {
    return rows.collectAsList().stream()
        .map(row -> row.mkString("|").replaceFirst("file:/+", "file:///"))
        .sorted()
        .collect(Collectors.toList());
  }

  static QueryExecution execution(Dataset<Row> rows) {
    return ((org.apache.spark.sql.classic.Dataset<Row>) rows).queryExecution();
  }

  /** The scan in the plan that ran or will run, which has the metrics. */
  static SparkPlan scan(Dataset<Row> rows) {
    return execution(rows).executedPlan().collectLeaves().head();
  }

  static long metric(Dataset<Row> rows, String name) {
    return scan(rows).metrics().apply(name).value();
  }

  /** Waits until every task's Arrow memory and every lease of the pool is back. */
  static void awaitMemoryBack() {
    await(() -> BufferPool.shared().stats().leases() == 0, "no lease of the pool");
    await(() -> arrowReaders() == 0, "no allocator of a task");
    assertThat(BufferPool.shared().stats().leasedBytes()).isZero();
  }

  private static long arrowReaders() {
    return ArrowUtils.rootAllocator().getChildAllocators().stream()
        .filter(child -> child.getName().startsWith("s3dlio"))
        .count();
  }

  static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
