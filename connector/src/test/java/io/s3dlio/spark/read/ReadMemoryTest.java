package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.metric;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever becomes of a task, its memory comes back: to Arrow's allocator and to the pool. */
class ReadMemoryTest {
  private static final int FILES = 40;
  private static final int SIZE = 20_000;

  private static volatile CountDownLatch consuming = new CountDownLatch(1);

  private final SparkSession spark = LocalSpark.session();
  private final Path directory;
  private long budget;

  ReadMemoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void files() throws IOException {
    for (int i = 0; i < FILES; i++) {
      file(directory, "%02d".formatted(i), SIZE);
    }
    consuming = new CountDownLatch(1);
    budget = BufferPool.shared().stats().budgetBytes();
  }

  @AfterEach
  void memoryIsBack() {
    BufferPool.shared().setBudget(budget);
    ReadFixture.awaitMemoryBack();
  }

  @ParameterizedTest
  @CsvSource({"columnar, 0", "columnar, 2", "columnar, 100", "rows, 0", "rows, 2", "rows, 100"})
  void afterADrain(String mode, int prefetch) {
    assertThat(sumOfLengths(load(mode, prefetch))).isEqualTo(FILES * SIZE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void afterALimit(String mode) {
    assertThat(load(mode, 3).select("content").limit(3).collectAsList()).hasSize(3);
    assertThat(load(mode, 3).isEmpty()).isFalse();
    assertThat(load(mode, 3).select("content").takeAsList(1)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"columnar, true", "columnar, false", "rows, true", "rows, false"})
  void afterAFunctionOfTheUsersThatThrows(String mode, boolean codegen) {
    spark.conf().set("spark.sql.codegen.wholeStage", codegen);
    try {
      UDF1<byte[], Integer> failing =
          content -> {
            throw new IllegalStateException("the user's own fault");
          };

      assertThatThrownBy(
              () ->
                  load(mode, 3)
                      .select(udf(failing, DataTypes.IntegerType).apply(col("content")))
                      .collectAsList())
          .hasStackTraceContaining("the user's own fault");
    } finally {
      spark.conf().unset("spark.sql.codegen.wholeStage");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void withoutWholeStageCodegen(String mode) {
    spark.conf().set("spark.sql.codegen.wholeStage", "false");
    try {
      assertThat(sumOfLengths(load(mode, 3))).isEqualTo(FILES * SIZE);
      assertThat(load(mode, 3).select("content").limit(3).collectAsList()).hasSize(3);
    } finally {
      spark.conf().unset("spark.sql.codegen.wholeStage");
    }
  }

  @ParameterizedTest
  @CsvSource({"columnar, true", "columnar, false", "rows, true", "rows, false"})
  void afterAJobThatWasCancelled(String mode, boolean interrupt) throws Exception {
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    CompletableFuture<Void> ended = outcome.thenRun(consuming::countDown);
    Thread job =
        new Thread(
            () -> {
              spark.sparkContext().setJobGroup("cancelled", "", interrupt);
              try {
                Dataset<Row> content = load(mode, 3).select("content");
                content
                    .mapPartitions(
                        (MapPartitionsFunction<Row, Integer>) ReadMemoryTest::consumeSlowly,
                        Encoders.INT())
                    .collectAsList();
                outcome.complete(new AssertionError("the job ended"));
              } catch (Throwable e) {
                outcome.complete(e);
              }
            });
    job.start();
    consuming.await();
    spark.sparkContext().cancelJobGroup("cancelled");

    assertThat(outcome.get()).hasStackTraceContaining("cancelled");
    ended.join();
    job.join();
  }

  /** Takes a row, tells that it has it, and goes on only once it is interrupted or killed. */
  private static Iterator<Integer> consumeSlowly(Iterator<Row> rows) {
    assertThat(rows.hasNext()).isTrue();
    rows.next();
    consuming.countDown();
    while (!Thread.currentThread().isInterrupted()
        && !org.apache.spark.TaskContext.get().isInterrupted()) {
      Thread.onSpinWait();
    }
    List<Integer> sizes = new ArrayList<>();
    rows.forEachRemaining(row -> sizes.add(row.<byte[]>getAs(0).length));
    return sizes.iterator();
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void withAPoolOfLessThanABatch(String mode) {
    BufferPool.shared().setBudget(1);

    assertThat(sumOfLengths(load(mode, 3))).isEqualTo(FILES * SIZE);
    assertThat(BufferPool.shared().stats().overBudget()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConsumerMayKeepEveryBatchUntilTheTaskEnds(boolean large) {
    spark.conf().set("spark.sql.execution.arrow.useLargeVarTypes", large);
    try {
      Dataset<Row> content = load("columnar", 3).select("path", "content");

      List<String> kept = batches(content).mapPartitions(ReadMemoryTest::keepUntilTheEnd).collect();

      assertThat(kept).hasSize(FILES).containsExactlyInAnyOrderElementsOf(checksums());
      assertThat(metric(content, "heapBatches")).isZero();
    } finally {
      spark.conf().unset("spark.sql.execution.arrow.useLargeVarTypes");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, Long.MAX_VALUE / 4})
  void aTaskOverManySplitsGetsTheRestOnTheHeapAndNeverWaits(long poolBudget) {
    BufferPool.shared().setBudget(poolBudget);
    Dataset<Row> content =
        load("columnar", 3, "maxPartitionBytes", 5 * SIZE).select("path", "content");

    List<String> kept =
        batches(content).coalesce(1).mapPartitions(ReadMemoryTest::keepUntilTheEnd).collect();

    assertThat(kept).hasSize(FILES).containsExactlyInAnyOrderElementsOf(checksums());
    assertThat(metric(content, "heapBatches")).isEqualTo(21);
    assertThat(metric(content, "peakMemory")).isBetween(4L * SIZE, 15L * SIZE);
  }

  /** Reads the batches of a task only after all readers have ended, as Spark's Python path may. */
  private static Iterator<String> keepUntilTheEnd(Iterator<ColumnarBatch> batches) {
    List<ColumnarBatch> kept = new ArrayList<>();
    batches.forEachRemaining(kept::add);
    List<String> checksums = new ArrayList<>();
    for (ColumnarBatch batch : kept) {
      assertThat(batch.column(0)).isInstanceOf(ArrowColumnVector.class);
      for (int row = 0; row < batch.numRows(); row++) {
        CRC32 checksum = new CRC32();
        checksum.update(batch.column(1).getBinary(row));
        checksums.add(batch.column(0).getUTF8String(row) + " " + checksum.getValue());
      }
    }
    return checksums.iterator();
  }

  private List<String> checksums() {
    return load("rows", 0).selectExpr("concat(path, ' ', crc32(content))").collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  @Test
  void batchesThatTheConsumerClosesAreNotCounted() {
    Dataset<Row> content = load("columnar", 3, "maxPartitionBytes", 5 * SIZE).select("content");

    List<Integer> rows =
        batches(content).coalesce(1).mapPartitions(ReadMemoryTest::closeTwice).collect();

    assertThat(rows.stream().mapToInt(Integer::intValue).sum()).isEqualTo(FILES);
    assertThat(metric(content, "heapBatches")).isZero();
  }

  private static Iterator<Integer> closeTwice(Iterator<ColumnarBatch> batches) {
    List<Integer> rows = new ArrayList<>();
    while (batches.hasNext()) {
      ColumnarBatch batch = batches.next();
      rows.add(batch.numRows());
      batch.close();
      batch.close();
    }
    return rows.iterator();
  }

  @Test
  void outsideOfATaskAReaderFreesEverythingWhenItCloses() throws IOException {
    Listing listing = new Listing(List.of(Location.parse(directory.toString())));
    S3dlioScan scan =
        new S3dlioScan(
            listing,
            ReadSchema.TABLE,
            TableShape.CONTENT,
            Filters.NONE,
            Optional.empty(),
            ResolvedOptions.forRead(Map.of("readMode", "columnar"), Map.of()),
            SparkSettings.of(spark));
    PartitionReader<ColumnarBatch> reader =
        scan.toBatch()
            .createReaderFactory()
            .createColumnarReader(scan.toBatch().planInputPartitions()[0]);
    assertThat(reader.next()).isTrue();
    ColumnarBatch batch = reader.get();
    assertThat(batch.column(4).getBinary(0)).hasSize(SIZE);

    reader.close();
    reader.close();

    assertThat(BufferPool.shared().stats().leases()).isZero();
    batch.close();
  }

  private Dataset<Row> load(String mode, int prefetch) {
    return load(mode, prefetch, "maxPartitionBytes", 20 * SIZE);
  }

  private Dataset<Row> load(String mode, int prefetch, String option, long value) {
    return s3dlio(mode)
        .option("maxBatchBytes", 2 * SIZE + 1)
        .option("openCostInBytes", 0)
        .option("prefetch", prefetch)
        .option(option, value)
        .load(directory.toString());
  }

  private static long sumOfLengths(Dataset<Row> rows) {
    return rows.selectExpr("sum(length(content))").first().getLong(0);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // An RDD of batches, whatever its type says.
  private static JavaRDD<ColumnarBatch> batches(Dataset<Row> rows) {
    return ((RDD) ReadFixture.scan(rows).executeColumnar()).toJavaRDD();
  }
}
