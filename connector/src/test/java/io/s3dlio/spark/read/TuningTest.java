package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.StorageTimeoutException;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The levels of the configuration, and what follows the objects, as a real server of S3 sees them.
 */
class TuningTest {
  private static final String BUCKET = "tuning-" + UUID.randomUUID();
  private static final String ROOT = "s3://" + BUCKET + "/";
  private static final int SMALL_OBJECTS = 100;

  private static Relay relay;
  private static Map<String, String> options;

  @BeforeAll
  static void write() throws IOException {
    S3Server server = S3Server.best();
    try (S3Client client = server.client()) {
      client.createBucket(create -> create.bucket(BUCKET));
    }
    relay = Relay.to(server.endpoint(), connection -> Plan.NONE);
    options =
        Map.of(
            "endpoint", relay.endpoint().toString(),
            "accessKeyId", server.accessKeyId(),
            "secretAccessKey", server.secretAccessKey());
    put("small/", SMALL_OBJECTS, Map.of("objectSize", "4k", "objectName", "{:06d}"));
    put("large/", 1, Map.of("objectSize", "40mb", "objectName", "{:06d}"));
  }

  @AfterAll
  static void close() throws IOException {
    relay.close();
  }

  private static void put(String below, int count, Map<String, String> more) {
    LocalSpark.session()
        .range(0, count, 1, 1)
        .write()
        .format("s3dlio")
        .options(options)
        .options(more)
        .mode("append")
        .save(ROOT + below);
  }

  private static Dataset<Row> load(String below, String more) {
    return s3dlio("columnar").options(options).options(parse(more)).load(ROOT + below);
  }

  private static Map<String, String> parse(String more) {
    Map<String, String> result = new HashMap<>();
    for (String option : more.split(" ")) {
      if (!option.isEmpty()) {
        String[] pair = option.split("=", 2);
        result.put(pair[0], pair[1]);
      }
    }
    return result;
  }

  private static long read(Dataset<Row> rows) {
    return rows.selectExpr("sum(length(content))").first().getLong(0);
  }

  /** In one task and one batch, which leaves two thirds of the requests to those that follow. */
  @ParameterizedTest
  @CsvSource({
    "'', 5, 5",
    "maxConcurrency=9, 3, 3",
    "maxConcurrency=9 prefetch=0, 9, 9",
    "pool.size=30, 10, 10",
    "pool.size=30 pool.readaheadBatches=0, 30, 30",
    "prefetch=0 adaptive=true, 33, 64",
    "prefetch=0 adaptive=true maxConcurrency=7, 7, 7",
    "prefetch=0 adaptive=true workloadType=batch, 65, 100",
    "prefetch=0 adaptive=true workloadType=largefile, 16, 16",
  })
  void requestsUnderWayAreAsManyAsTheSettingsSay(String more, int least, int most)
      throws IOException {
    // Long enough for that many to begin.
    Plan delay = Plan.slow(30 + 3L * most, 0);
    try (Relay slow = Relay.to(S3Server.best().endpoint(), connection -> delay)) {
      Dataset<Row> rows =
          s3dlio("columnar")
              .options(options)
              .options(parse(more))
              .option("endpoint", slow.endpoint().toString())
              .option("numWorkers", 1)
              .load(ROOT + "small/");

      assertThat(read(rows)).isEqualTo(SMALL_OBJECTS * 4096L);
      assertThat(slow.mostUnanswered()).isBetween(least, most);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', 1",
    "partSize=8mb, 5",
    "range.chunkSize=20mb, 2",
    "adaptive=true, 3",
    "adaptive=true workloadType=largefile, 2",
    "adaptive=true partSize=10mb, 4",
    "adaptive=true range.chunkSize=5mb, 8",
  })
  void aLargeObjectIsCutAsTheSettingsSay(String more, int requests) {
    Dataset<Row> rows = load("large/", more);
    rows.count();
    relay.takeRequests();

    assertThat(read(rows)).isEqualTo(40L << 20);
    assertThat(relay.takeRequests()).hasSize(requests).allMatch(line -> line.startsWith("GET "));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 3",
    "adaptive=true workloadType=largefile, 2",
    "adaptive=true workloadType=largefile partSize=20mb, 2",
    "adaptive=true workloadType=largefile partSize=8mb, 5",
    "adaptive=true workloadType=smallfile, 5",
  })
  void anUploadIsCutAsTheSettingsSay(String more, int parts) {
    relay.takeRequests();

    Map<String, String> all = parse(more);
    all.putAll(Map.of("objectSize", "40mb", "onExisting", "overwrite"));
    put("written/", 1, all);

    assertThat(relay.takeRequests().stream().filter(line -> line.contains("partNumber=")))
        .hasSize(parts);
  }

  @Test
  void explainShowsWhatFollowsTheObjectsOnceTheyAreKnown() {
    Dataset<Row> rows = load("small/", "adaptive=true prefetch=3");
    assertThat(rows.queryExecution().toString())
        .contains("not listed yet", "adaptive=true (option)", "prefetch=3 (option)");
    rows.count();

    assertThat(load("small/", "adaptive=true workloadType=batch").queryExecution().toString())
        .contains("not listed yet", "maxConcurrency=128 (adaptive)", "partSize=16mb (adaptive)");
    assertThat(rows.select("content").queryExecution().toString())
        .contains(
            "100 objects of 409600 bytes",
            "maxConcurrency=64 (adaptive)",
            "partSize=8mb (adaptive)",
            "maxBatchBytes=4mb (adaptive)");
  }

  /** What is shown is what the read is planned with, listed or not. */
  @Test
  void aTypeThatIsGivenHasTheSameNumbersBeforeAndAfterTheListing() {
    Dataset<Row> rows = load("small/", "adaptive=true workloadType=smallfile");
    String batches = "maxBatchBytes=16mb (adaptive)";
    assertThat(rows.select("content").queryExecution().toString())
        .contains("not listed yet", batches);
    rows.count();
    assertThat(rows.select("content").queryExecution().toString()).contains("100 objects", batches);
  }

  @Test
  void aBatchThatTakesTooLongFailsAndNamesTheSetting() {
    assertThat(read(load("small/", "pool.batchTimeout=30s"))).isEqualTo(SMALL_OBJECTS * 4096L);

    Dataset<Row> rows = load("small/", "pool.batchTimeout=1ms numWorkers=1");
    assertThatThrownBy(() -> read(rows))
        .rootCause()
        .isInstanceOf(StorageTimeoutException.class)
        .hasMessageContaining("Cannot read " + ROOT + "small/000000")
        .hasMessageContaining("longer than 1 ms")
        .hasMessageContaining("pool.batchTimeout");
  }

  @ParameterizedTest
  @CsvSource({
    "maxConcurrency=9 pool.size=9, 'maxConcurrency' (pool.size is in its place",
    "prefetch=9 pool.readaheadBatches=9, 'prefetch' (pool.readaheadBatches is in its place",
    "partSize=8mb range.chunkSize=8mb, 'partSize' (range.chunkSize is in its place",
    "workloadType=batch, 'workloadType' (it means nothing without adaptive=true",
    "workloadType=bach adaptive=true, 'must be one of smallfile, mediumfile, largefile, batch'",
    "pool.size=0, Invalid pool.size: '0'",
    "pool.sise=3, did you mean 'pool.size'",
  })
  void whatMeansNothingIsRefused(String more, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> load("small/", more).select("content").collectAsList())
        .withMessageContaining(message);
  }
}
