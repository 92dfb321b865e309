package io.s3dlio.spark.read;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.util.ArrowUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Round after round in one session: what one leaves behind adds up. */
@Tag("long")
class SoakTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int WARM_UP = 5;
  private static final int OBJECTS = 40;
  private static final int SIZE = 256 << 10;

  private final SparkSession spark = LocalSpark.session();
  private final Path dir;

  SoakTest(@TempDir Path dir) {
    this.dir = dir;
  }

  /** What is held between two rounds. */
  private record Held(long threads, long files, long pooledBytes, long directBytes) {
    static Held now() {
      System.gc();
      return new Held(
          // Spark keeps those of its own for a minute, a new one for every stage.
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("s3dlio"))
              .count(),
          ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
              ? unix.getOpenFileDescriptorCount()
              : 0,
          BufferPool.shared().stats().pooledBytes(),
          ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
              .filter(pool -> pool.getName().equals("direct"))
              .mapToLong(BufferPoolMXBean::getMemoryUsed)
              .sum());
    }

    static Held most(List<Held> all) {
      return all.stream()
          .reduce(
              (a, b) ->
                  new Held(
                      Math.max(a.threads, b.threads),
                      Math.max(a.files, b.files),
                      Math.max(a.pooledBytes, b.pooledBytes),
                      Math.max(a.directBytes, b.directBytes)))
          .orElseThrow();
    }
  }

  @Test
  void nothingGrowsFromRoundToRound() throws IOException {
    List<Held> held = new ArrayList<>();
    long end = System.nanoTime() + LONG.toNanos();
    while (held.size() < 3 * WARM_UP || System.nanoTime() < end) {
      round(held.size());
      ReadFixture.awaitMemoryBack();
      assertThat(ArrowUtils.rootAllocator().getAllocatedMemory()).isZero();
      held.add(Held.now());
    }
    System.out.printf(
        "%d rounds: after %d %s, at the end %s%n",
        held.size(), WARM_UP, held.get(WARM_UP), held.get(held.size() - 1));

    // Threads and buffers come and go with the load: the last rounds are held against the first.
    Held first = Held.most(held.subList(WARM_UP, 2 * WARM_UP));
    Held last = Held.most(held.subList(held.size() - WARM_UP, held.size()));
    assertThat(last.threads()).as("threads").isLessThanOrEqualTo(first.threads() + 5);
    assertThat(last.files()).as("file descriptors").isLessThanOrEqualTo(first.files() + 5);
    assertThat(last.pooledBytes()).as("pool").isLessThanOrEqualTo(2 * first.pooledBytes());
    assertThat(last.directBytes()).as("direct").isLessThanOrEqualTo(2 * first.directBytes());
  }

  /** Writes, reads in both modes, overwrites, and fails in each of these. */
  private void round(int number) throws IOException {
    Path synthetic = dir.resolve("synthetic");
    overwrite(spark.range(0, OBJECTS, 1, 4).toDF())
        .option("objectName", "o{}")
        .option("objectSize", String.valueOf(SIZE))
        .option("seed", number)
        .save(synthetic.toString());
    long sum = sum("columnar", synthetic);
    assertThat(sum("rows", synthetic)).isEqualTo(sum);

    Path copy = dir.resolve("copy");
    overwrite(
            read("columnar", synthetic)
                .selectExpr("concat('c', substring_index(path, '/', -1)) name", "content"))
        .save(copy.toString());
    assertThat(sum("columnar", copy)).isEqualTo(sum);
    assertThat(read("columnar", copy).select("content").limit(3).collectAsList()).hasSize(3);

    for (String mode : List.of("columnar", "rows")) {
      Dataset<Row> vanished = read(mode, copy);
      assertThat(vanished.count()).isEqualTo(OBJECTS);
      Files.delete(
          Path.of(
              vanished
                  .orderBy("path")
                  .first()
                  .<String>getAs("path")
                  .substring("file://".length())));
      assertThatThrownBy(() -> vanished.selectExpr("sum(crc32(content))").collectAsList())
          .hasStackTraceContaining("NotFoundException");
      overwrite(
              read("rows", synthetic)
                  .selectExpr("concat('c', substring_index(path, '/', -1)) name", "content"))
          .save(copy.toString());
    }
    Dataset<Row> twice =
        read("columnar", synthetic).withColumn("name", col("length").cast("string"));
    assertThatThrownBy(() -> overwrite(twice.select("name", "content")).save(copy.toString()))
        .hasStackTraceContaining("two rows of this job name it");
  }

  private static DataFrameWriter<Row> overwrite(Dataset<Row> rows) {
    return rows.write().format("s3dlio").mode("overwrite").option("overwritePrefix", true);
  }

  private Dataset<Row> read(String mode, Path path) {
    return spark
        .read()
        .format("s3dlio")
        .option("readMode", mode)
        .option("maxBatchBytes", 3 * SIZE)
        .load(path.toString());
  }

  private long sum(String mode, Path path) {
    return read(mode, path).selectExpr("sum(crc32(content))").first().getLong(0);
  }
}
