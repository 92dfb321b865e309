package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.util.QueryExecutionListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

class WriteMetricsTest {
  private final SparkSession spark = LocalSpark.session();

  /** Sums what Spark's UI shows as output. */
  private static final class Output extends SparkListener {
    final AtomicLong bytes = new AtomicLong();
    final AtomicLong records = new AtomicLong();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      bytes.addAndGet(end.taskMetrics().outputMetrics().bytesWritten());
      records.addAndGet(end.taskMetrics().outputMetrics().recordsWritten());
    }
  }

  /** Keeps the metrics of the write's node. */
  private static final class NodeMetrics implements QueryExecutionListener {
    final Map<String, Long> values = new ConcurrentHashMap<>();

    @Override
    public void onSuccess(String name, QueryExecution query, long nanos) {
      CollectionConverters.asJava(query.executedPlan().metrics())
          .forEach((key, metric) -> values.put(key, metric.value()));
    }

    @Override
    public void onFailure(String name, QueryExecution query, Exception e) {}
  }

  @Test
  void sparkShowsWhatWasWritten(@TempDir Path dir) throws Exception {
    Files.write(dir.resolve("object_00000003.bin"), new byte[1024]);
    Files.write(dir.resolve("object_00000004.bin"), new byte[1024]);
    Files.write(dir.resolve("object_00000005.bin"), new byte[7]);
    Output output = new Output();
    NodeMetrics node = new NodeMetrics();
    spark.sparkContext().addSparkListener(output);
    spark.listenerManager().register(node);
    try {
      spark
          .range(0, 10, 1, 2)
          .write()
          .format("s3dlio")
          .mode("append")
          .option("objectSize", "1k")
          .option("objectType", "zeros")
          .option("onExisting", "skip")
          .save(dir.toString());
      spark.sparkContext().listenerBus().waitUntilEmpty();
    } finally {
      spark.sparkContext().removeSparkListener(output);
      spark.listenerManager().unregister(node);
    }

    assertThat(output.bytes).hasValue(7 * 1024);
    assertThat(output.records).hasValue(7);
    assertThat(node.values)
        .containsEntry("objectsWritten", 7L)
        .containsEntry("objectBytesWritten", 7 * 1024L)
        .containsEntry("objectsAlreadyThere", 2L)
        .containsEntry("objectsLeft", 1L)
        .containsKey("writeWaitNanos");
  }
}
