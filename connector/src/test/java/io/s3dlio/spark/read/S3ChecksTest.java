package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.metric;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.util.Random;
import java.util.UUID;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;

/** Reads that are compared with the sums that a MinIO keeps, and reads of its versions. */
@EnabledIf("io.s3dlio.testing.S3Server#hasMinio")
class S3ChecksTest {
  private static final String BUCKET = "checks-" + UUID.randomUUID();
  private static final int SIZE = 300_000;

  private static S3Server server;
  private static S3Client client;

  private final String prefix = UUID.randomUUID().toString();
  private final String uri = "s3://" + BUCKET + "/" + prefix + "/";

  @BeforeAll
  static void makeBucket() {
    server = S3Server.minio().orElseThrow();
    client = server.client();
    client.createBucket(create -> create.bucket(BUCKET));
    client.putBucketVersioning(
        put ->
            put.bucket(BUCKET)
                .versioningConfiguration(all -> all.status(BucketVersioningStatus.ENABLED)));
  }

  @AfterAll
  static void closeClient() {
    client.close();
  }

  private static DataFrameReader reader(String mode, URI endpoint) {
    return s3dlio(mode)
        .option("endpoint", endpoint.toString())
        .option("accessKeyId", server.accessKeyId())
        .option("secretAccessKey", server.secretAccessKey());
  }

  private static DataFrameReader reader(String mode) {
    return reader(mode, server.endpoint());
  }

  /** Writes an object and returns its version. */
  private String write(String name, int size, boolean sum) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return client
        .putObject(
            put -> {
              put.bucket(BUCKET).key(prefix + "/" + name);
              if (sum) {
                put.checksumAlgorithm(ChecksumAlgorithm.CRC32_C);
              }
            },
            RequestBody.fromBytes(content))
        .versionId();
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void theScanShowsWhatWasVerifiedAndWhatWasNot(String mode) {
    for (int i = 0; i < 4; i++) {
      write("summed" + i, SIZE, true);
    }
    write("without", SIZE, false);
    DataFrameReader reader = reader(mode).option("verifyRead", "all");

    Dataset<Row> whole = reader.load(uri).selectExpr("length(content)");
    assertThat(whole.collectAsList()).hasSize(5);
    assertThat(metric(whole, "verifiedObjects")).isEqualTo(4);
    assertThat(metric(whole, "unverifiedObjects")).isEqualTo(1);

    Dataset<Row> oneTask = chunks(reader).load(uri).coalesce(1).selectExpr("length(content)");
    LocalSpark.session().conf().set("spark.sql.files.minPartitionNum", "1");
    try {
      assertThat(oneTask.collectAsList()).as("of several batches").hasSize(15);
    } finally {
      LocalSpark.session().conf().unset("spark.sql.files.minPartitionNum");
    }
    assertThat(metric(oneTask, "verifiedObjects")).isEqualTo(4);
    assertThat(metric(oneTask, "unverifiedObjects")).isEqualTo(1);

    Dataset<Row> tasks =
        chunks(reader)
            .option("maxPartitionBytes", "100000")
            .option("openCostInBytes", "0")
            .load(uri)
            .selectExpr("length(content)");
    assertThat(tasks.collectAsList()).hasSize(15);
    assertThat(metric(tasks, "verifiedObjects")).as("each task has a chunk alone").isZero();
    assertThat(metric(tasks, "unverifiedObjects")).isEqualTo(15);

    Dataset<Row> unasked = reader(mode).load(uri).selectExpr("length(content)");
    assertThat(unasked.collectAsList()).hasSize(5);
    assertThat(metric(unasked, "verifiedObjects") + metric(unasked, "unverifiedObjects")).isZero();
  }

  private static DataFrameReader chunks(DataFrameReader reader) {
    return reader.option("chunkBytes", "100000").option("maxBatchBytes", "120000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void aByteThatChangesOnItsWayFailsTheQueryAndNamesTheObject(String mode) throws IOException {
    write("large", 12 << 20, true);
    try (Relay relay = Relay.to(server.endpoint(), connection -> Plan.garbled(3 << 20))) {
      DataFrameReader reader =
          reader(mode, relay.endpoint())
              .option("range.minSplitSize", "1mb")
              .option("range.chunkSize", "4mb");

      assertThatThrownBy(
              () ->
                  reader
                      .option("verifyRead", "all")
                      .load(uri)
                      .selectExpr("sum(crc32(content))")
                      .collectAsList())
          .hasStackTraceContaining("CorruptException")
          .hasStackTraceContaining("Cannot read " + uri + "large: its CRC32C is ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"own", "sdk"})
  void aVersionOfOneObjectIsRead(String transport) {
    String first = write("object", 1000, true);
    write("object", 2000, true);
    write("object/below", 5, true);

    Dataset<Row> rows =
        reader("rows")
            .option("transport", transport)
            .option("versionId", first)
            .load(uri + "object")
            .selectExpr("length", "length(content)", "_metadata.version_id");

    assertThat(rows.collectAsList())
        .singleElement()
        .satisfies(row -> assertThat(row.mkString(",")).isEqualTo("1000,1000," + first));
    assertThat(
            reader("rows")
                .option("transport", transport)
                .load(uri + "object")
                .selectExpr("length", "_metadata.version_id")
                .first()
                .mkString(","))
        .as("the newest")
        .isEqualTo("2000,null");
    assertThat(ReadFixture.execution(rows).executedPlan().treeString())
        .contains("versionId=" + first + " (option)");
    assertThatThrownBy(
            () ->
                reader("rows")
                    .option("transport", transport)
                    .option("versionId", UUID.randomUUID().toString())
                    .load(uri + "object")
                    .count())
        .as("what lies below is no version")
        .hasMessageContaining("PATH_NOT_FOUND")
        .hasMessageContaining(uri + "object");
  }

  @Test
  void aVersionIsRefusedWhereItIsNotOneObjects() {
    DataFrameReader reader = reader("rows").option("versionId", "v1");

    assertThatThrownBy(() -> reader.load(uri).count())
        .hasMessageContaining("Invalid versionId: 'v1'")
        .hasMessageContaining(uri)
        .hasMessageContaining("load that object alone");
    assertThatThrownBy(() -> reader.load(uri + "a", uri + "b").count())
        .hasMessageContaining("the load names 2 paths");
    assertThatThrownBy(
            () -> s3dlio("rows").option("versionId", "v1").load("/tmp/no-such-object").count())
        .hasMessageContaining("versionId")
        .hasMessageContaining("s3://");
    assertThatThrownBy(
            () ->
                LocalSpark.session()
                    .range(1)
                    .write()
                    .format("s3dlio")
                    .mode("append")
                    .option("versionId", "v1")
                    .option("objectSize", "1")
                    .save(uri))
        .hasMessageContaining("'versionid' (it means nothing here; it is a read option)");
  }
}
