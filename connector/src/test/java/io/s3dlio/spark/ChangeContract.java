package io.s3dlio.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32;
import org.apache.spark.api.java.function.ForeachFunction;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects of a cloud's store that are written again, or deleted, while a job reads them. */
@ExtendWith(NoLeaks.class)
abstract class ChangeContract {
  private static final SparkSession SPARK = LocalSpark.session();
  private static final int CHUNK = 5 << 20;

  /** In the fourth chunk, which is asked for only when the first was taken. */
  private static final long LATE = 3L * CHUNK + (64 << 10);

  /** Rows that tasks, which run in this JVM, were given before they failed: offset to sum. */
  private static final Map<Long, Long> DELIVERED = new ConcurrentHashMap<>();

  private final Cloud cloud;
  private final CloudFolder folder;

  ChangeContract(Cloud cloud) throws IOException {
    this.cloud = cloud;
    this.folder = cloud.folder();
  }

  private DataFrameReader reader(URI relay, String mode) {
    return SPARK.read().format("s3dlio").options(cloud.options(relay)).option("readMode", mode);
  }

  private String uri() {
    return folder.uri() + "/";
  }

  private void putFive() throws IOException {
    for (int i = 0; i < 5; i++) {
      folder.put("object" + i, new byte[1000]);
    }
  }

  private Dataset<Row> listed(DataFrameReader reader) {
    Dataset<Row> rows = reader.load(uri());
    assertThat(rows.count()).as("it is listed").isEqualTo(5);
    return rows;
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectThatIsWrittenAgainAfterTheListingFailsTheRead(String mode) throws IOException {
    putFive();
    Dataset<Row> rows = listed(reader(cloud.endpoint(), mode));
    byte[] other = new byte[1000];
    other[0] = 1;
    folder.put("object3", other);

    assertThatThrownBy(() -> rows.selectExpr("sum(crc32(content))").collectAsList())
        .hasStackTraceContaining(
            ObjectChangedException.class.getName() + ": Cannot read " + uri() + "object3")
        .hasStackTraceContaining("seen by the range of 1000 bytes at 0")
        .hasStackTraceContaining("List it again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectThatVanishedFailsTheReadAndIsLeftOutOnRequest(String mode) throws IOException {
    putFive();
    Dataset<Row> rows = listed(reader(cloud.endpoint(), mode));
    Dataset<Row> lenient =
        listed(reader(cloud.endpoint(), mode).option("ignoreMissingFiles", true));
    folder.delete("object3");

    assertThatThrownBy(() -> rows.selectExpr("sum(crc32(content))").collectAsList())
        .hasStackTraceContaining(
            NotFoundException.class.getName() + ": Cannot read " + uri() + "object3")
        .hasStackTraceContaining("ignoreMissingFiles");
    assertThat(lenient.selectExpr("crc32(content)").collectAsList()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectThatIsWrittenAgainBetweenTwoOfItsRangesGivesNoWrongRow(String mode)
      throws IOException {
    byte[] first = new byte[6 * CHUNK];
    new Random(1).nextBytes(first);
    folder.put("object", first);
    DELIVERED.clear();
    AtomicBoolean again = new AtomicBoolean();
    Runnable overwrite =
        () -> {
          if (again.compareAndSet(false, true)) {
            try {
              folder.put("object", new byte[6 * CHUNK]);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    try (Relay relay =
        Relay.to(cloud.endpoint(), connection -> Plan.interrupted(LATE, overwrite))) {
      Dataset<Row> rows =
          reader(relay.endpoint(), mode)
              .option("chunkBytes", CHUNK)
              .option("maxBatchBytes", CHUNK)
              .option("maxPartitionBytes", "1gb")
              .option("maxConnections", 1)
              .option("prefetch", 1)
              .load(uri())
              .select("offset", "content");

      assertThatThrownBy(() -> rows.foreach((ForeachFunction<Row>) ChangeContract::deliver))
          .hasStackTraceContaining(
              ObjectChangedException.class.getName() + ": Cannot read " + uri() + "object")
          .hasStackTraceContaining("seen by the range of " + CHUNK + " bytes at ")
          .hasStackTraceContaining("List it again");
    }
    assertThat(again).isTrue();
    assertThat(DELIVERED).hasSizeBetween(1, 5);
    DELIVERED.forEach(
        (offset, sum) ->
            assertThat(sum)
                .as("the row at %d", offset)
                .isEqualTo(crc(first, Math.toIntExact(offset), CHUNK)));
  }

  private static void deliver(Row row) {
    byte[] content = row.getAs("content");
    DELIVERED.put(row.getLong(0), crc(content, 0, content.length));
  }

  private static long crc(byte[] content, int offset, int length) {
    CRC32 crc = new CRC32();
    crc.update(content, offset, length);
    return crc.getValue();
  }
}
