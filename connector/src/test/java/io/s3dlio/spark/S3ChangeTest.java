package io.s3dlio.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32;
import org.apache.spark.api.java.function.ForeachFunction;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Objects of S3 that are written again while a job reads them. */
@ExtendWith(NoLeaks.class)
class S3ChangeTest {
  private static final S3Server SERVER = S3Server.best();
  private static final SparkSession SPARK = LocalSpark.session();
  private static final String BUCKET = "change-" + UUID.randomUUID();
  private static final int CHUNK = 5 << 20;

  /** In the fourth chunk, which is asked for only when the first was taken. */
  private static final long LATE = 3L * CHUNK + (64 << 10);

  /** Rows that tasks, which run in this JVM, were given before they failed: offset to sum. */
  private static final Map<Long, Long> DELIVERED = new ConcurrentHashMap<>();

  private static S3Client client;

  private final String prefix = UUID.randomUUID() + "/";

  @BeforeAll
  static void makeBucket() {
    client = SERVER.client();
    client.createBucket(create -> create.bucket(BUCKET));
  }

  @AfterAll
  static void closeClient() {
    client.close();
  }

  private static DataFrameReader reader(URI endpoint, String mode) {
    return SPARK
        .read()
        .format("s3dlio")
        .option("endpoint", endpoint.toString())
        .option("accessKeyId", SERVER.accessKeyId())
        .option("secretAccessKey", SERVER.secretAccessKey())
        .option("readMode", mode);
  }

  private String uri() {
    return "s3://" + BUCKET + "/" + prefix;
  }

  private void put(String name, byte[] content) {
    client.putObject(put -> put.bucket(BUCKET).key(prefix + name), RequestBody.fromBytes(content));
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectThatIsWrittenAgainAfterTheListingFailsTheRead(String mode) {
    for (int i = 0; i < 5; i++) {
      put("object" + i, new byte[1000]);
    }
    Dataset<Row> rows = reader(SERVER.endpoint(), mode).load(uri());
    assertThat(rows.count()).as("it is listed").isEqualTo(5);
    byte[] other = new byte[1000];
    other[0] = 1;
    put("object3", other);

    assertThatThrownBy(() -> rows.selectExpr("sum(crc32(content))").collectAsList())
        .hasStackTraceContaining(
            ObjectChangedException.class.getName() + ": Cannot read " + uri() + "object3")
        .hasStackTraceContaining("seen by the range of 1000 bytes at 0")
        .hasStackTraceContaining("List it again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void anObjectThatIsWrittenAgainBetweenTwoOfItsRangesGivesNoWrongRow(String mode)
      throws IOException {
    byte[] first = new byte[6 * CHUNK];
    new Random(1).nextBytes(first);
    put("object", first);
    DELIVERED.clear();
    AtomicBoolean again = new AtomicBoolean();
    Runnable overwrite =
        () -> {
          if (again.compareAndSet(false, true)) {
            put("object", new byte[6 * CHUNK]);
          }
        };
    try (Relay relay =
        Relay.to(SERVER.endpoint(), connection -> Plan.interrupted(LATE, overwrite))) {
      Dataset<Row> rows =
          reader(relay.endpoint(), mode)
              .option("chunkBytes", CHUNK)
              .option("maxBatchBytes", CHUNK)
              .option("maxPartitionBytes", "1gb")
              .option("maxConnections", 1)
              .option("prefetch", 1)
              .load(uri())
              .select("offset", "content");

      assertThatThrownBy(() -> rows.foreach((ForeachFunction<Row>) S3ChangeTest::deliver))
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
