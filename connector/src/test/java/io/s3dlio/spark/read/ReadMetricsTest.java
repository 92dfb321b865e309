package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.metric;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.ObjectReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.execution.ui.SQLAppStatusStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

class ReadMetricsTest {
  private final Path directory;

  ReadMetricsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void theScanShowsWhatWasRead(String mode) throws IOException {
    for (int i = 0; i < 30; i++) {
      file(directory, "" + i, 10_000);
    }
    file(directory, "empty", 0);

    Dataset<Row> read =
        s3dlio(mode)
            .option("maxBatchBytes", 40_000)
            .option("chunkBytes", 6000)
            .load(directory.toString())
            .selectExpr("length(content)");
    assertThat(read.collectAsList()).hasSize(61);

    assertThat(metric(read, "objects")).isEqualTo(31);
    assertThat(metric(read, "contentBytes")).isEqualTo(300_000);
    assertThat(metric(read, "ranges")).isBetween(30L, 60L);
    assertThat(metric(read, "retries")).isZero();
    assertThat(metric(read, "missingObjects")).isZero();
    assertThat(metric(read, "heapBatches")).isZero();
    assertThat(metric(read, "waitTime")).isPositive();
    assertThat(metric(read, "peakMemory")).isBetween(36_000L, 300_000L);
  }

  /** A task that has nothing to wait for does not make the average better than it is. */
  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void theAverageIsThatOfTheTasksThatWaited(String mode) throws Exception {
    for (int i = 0; i < 3; i++) {
      file(directory, "a" + i, 10_000);
    }
    file(directory, "empty", 0);
    Dataset<Row> read =
        s3dlio(mode)
            .option("maxPartitionBytes", 10_000)
            .option("openCostInBytes", 10_000)
            .load(directory.toString())
            .selectExpr("length(content)");
    assertThat(read.collectAsList()).hasSize(4);
    assertThat(read.rdd().getNumPartitions()).isEqualTo(4);

    double ofAll = metric(read, "firstWaitTime") / 1e6;
    assertThat(ofAll).isPositive();
    assertThat(shown(read, "firstWaitTime")).isEqualTo(String.format("%.3f ms", ofAll / 3));
    assertThat(shown(read, "objects")).isEqualTo("4");
  }

  @ParameterizedTest
  @CsvSource({"columnar, content, 300000", "rows, content, 300000", "columnar, path, 0"})
  void sparksInputBytesAreTheContent(String mode, String column, long expected) throws Exception {
    for (int i = 0; i < 30; i++) {
      file(directory, "" + i, 10_000);
    }
    AtomicLong bytes = new AtomicLong();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            bytes.addAndGet(end.taskMetrics().inputMetrics().bytesRead());
          }
        };
    SparkContext context = LocalSpark.session().sparkContext();
    Dataset<Row> rows =
        s3dlio(mode)
            .option("maxBatchBytes", 25_000)
            .load(directory.toString())
            .selectExpr("length(" + column + ")");
    context.addSparkListener(listener);
    try {
      assertThat(rows.collectAsList()).hasSize(30);
      context.listenerBus().waitUntilEmpty();
    } finally {
      context.removeSparkListener(listener);
    }

    assertThat(bytes).hasValue(expected);
  }

  @Test
  void sparkCanMakeEveryMetricByItsClassName() throws Exception {
    Map<String, CustomMetric> supported =
        Arrays.stream(ReadMetrics.supported())
            .collect(Collectors.toMap(CustomMetric::name, Function.identity()));

    for (CustomMetric metric : supported.values()) {
      CustomMetric made =
          Class.forName(metric.getClass().getName())
              .asSubclass(CustomMetric.class)
              .getDeclaredConstructor()
              .newInstance();
      assertThat(made.name()).isEqualTo(metric.name());
      assertThat(made.description()).isNotBlank();
    }
    assertThat(Arrays.stream(new ReadMetrics().values()).map(CustomTaskMetric::name))
        .containsExactlyInAnyOrderElementsOf(supported.keySet());
  }

  @Test
  void tasksAddUpButThePeakIsTheHighest() {
    assertThat(aggregate("ranges")).isEqualTo("9");
    assertThat(aggregate("peakMemory")).isEqualTo("4");
    assertThat(
            Arrays.stream(ReadMetrics.supported())
                .filter(metric -> metric.name().equals("waitTime"))
                .findFirst()
                .orElseThrow()
                .aggregateTaskMetrics(new long[] {1_500_000_000, 21_000_000}))
        .isEqualTo("1.521 s");
    assertThat(
            new ReadMetrics.FirstWaitTime().aggregateTaskMetrics(new long[] {3_000_000, 0, 4_000}))
        .isEqualTo("1.502 ms");
    assertThat(new ReadMetrics.FirstWaitTime().aggregateTaskMetrics(new long[] {0}))
        .isEqualTo("0.000 ms");
  }

  @Test
  void theReadersOfOneTaskAddUpButThePeakIsTheHighest() {
    ReadMetrics one = new ReadMetrics();
    ReadMetrics other = new ReadMetrics();
    one.memory(10);
    other.memory(7);
    one.missing(2);
    other.missing(3);

    one.waited(30);
    one.waited(500);
    other.waited(10);

    assertThat(merged(one, other, "waitTime")).isEqualTo(540);
    assertThat(merged(one, other, "firstWaitTime")).isEqualTo(20);
    assertThat(merged(one, new ReadMetrics(), "firstWaitTime")).isEqualTo(30);
    assertThat(merged(new ReadMetrics(), one, "firstWaitTime")).isEqualTo(30);
    assertThat(merged(one, other, "peakMemory")).isEqualTo(10);
    assertThat(merged(one, other, "missingObjects")).isEqualTo(5);
  }

  /** As before Spark 4.2. */
  @Test
  void readersThatCountTogetherAddUpToo() {
    ReadMetrics both = new ReadMetrics();
    both.waited(30);
    both.waited(500);
    both.memory(10);
    both.checked(new ObjectReader.Checks(3, 1));
    both.nextReader();
    both.waited(10);
    both.memory(7);
    both.checked(new ObjectReader.Checks(1, 0));
    both.checked(new ObjectReader.Checks(2, 0));
    both.nextReader();

    assertThat(
            Arrays.stream(both.values())
                .filter(metric -> metric.value() > 0)
                .map(metric -> metric.name() + "=" + metric.value()))
        .containsExactly(
            "waitTime=540",
            "firstWaitTime=20",
            "peakMemory=10",
            "verifiedObjects=5",
            "unverifiedObjects=1");
  }

  /** Returns what Spark shows of the one query that has run. */
  private static String shown(Dataset<Row> rows, String name) throws Exception {
    LocalSpark.session().sparkContext().listenerBus().waitUntilEmpty();
    SQLAppStatusStore store =
        ((org.apache.spark.sql.classic.SparkSession) LocalSpark.session())
            .sharedState()
            .statusStore();
    long accumulator = ReadFixture.scan(rows).metrics().apply(name).id();
    return CollectionConverters.asJava(store.executionsList()).stream()
        .map(execution -> store.executionMetrics(execution.executionId()).get(accumulator))
        .filter(Option::isDefined)
        .findFirst()
        .orElseThrow()
        .get();
  }

  private static long merged(ReadMetrics one, ReadMetrics other, String name) {
    List<CustomTaskMetric> both =
        List.of(one, other).stream()
            .flatMap(metrics -> Arrays.stream(metrics.values()))
            .filter(metric -> metric.name().equals(name))
            .toList();
    return both.get(0).mergeWith(both.get(1)).value();
  }

  private static String aggregate(String name) {
    return Arrays.stream(ReadMetrics.supported())
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseThrow()
        .aggregateTaskMetrics(new long[] {2, 4, 3});
  }
}
