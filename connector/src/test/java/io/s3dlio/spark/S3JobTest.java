package io.s3dlio.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Jobs against a server of S3, and what its uploads and the AWS SDK's transport have beside. */
class S3JobTest extends JobContract {
  private static final S3Server SERVER = S3Server.best();
  private static final S3Cloud CLOUD = new S3Cloud(SERVER);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static S3Client client;

  private final String bucket = folder.container();
  private final String prefix = folder.prefix();

  S3JobTest() throws IOException {
    super(CLOUD);
  }

  @BeforeAll
  static void openClient() {
    client = SERVER.client();
  }

  @AfterAll
  static void closeClient() {
    client.close();
  }

  /** Parts that the server copies: s3proxy would keep them in the little memory that it has. */
  @Test
  @EnabledIf("io.s3dlio.testing.S3Server#hasMinio")
  void anObjectThatNoRowHoldsIsReadInChunks() {
    int size = 64 << 20;
    int parts = 33;
    byte[] part = new byte[size];
    new Random(3).nextBytes(part);
    client.putObject(put -> put.bucket(bucket).key(prefix + "-part"), RequestBody.fromBytes(part));
    copyParts(prefix + "-part", prefix + "/large", parts);
    CRC32 crc = new CRC32();
    crc.update(part);

    assertThat(reader().load(uri).selectExpr("sum(length)").first().getLong(0))
        .isEqualTo((long) parts * size)
        .isGreaterThan(Integer.MAX_VALUE);
    assertThatThrownBy(() -> reader().load(uri).selectExpr("crc32(content)").collectAsList())
        .hasMessageContaining("Cannot read " + uri + "/large")
        .hasMessageContaining("chunkBytes");
    List<Row> rows =
        reader()
            .option("chunkBytes", size)
            .load(uri)
            .selectExpr("offset", "length(content)", "crc32(content)")
            .orderBy("offset")
            .collectAsList();

    assertThat(rows).hasSize(parts);
    for (int i = 0; i < parts; i++) {
      assertThat(rows.get(i).mkString("|"))
          .isEqualTo("%d|%d|%d".formatted((long) i * size, size, crc.getValue()));
    }
    client.deleteObject(delete -> delete.bucket(bucket).key(prefix + "/large"));
  }

  private void copyParts(String from, String to, int parts) {
    String id = client.createMultipartUpload(begin -> begin.bucket(bucket).key(to)).uploadId();
    List<CompletedPart> copied = new ArrayList<>();
    for (int i = 1; i <= parts; i++) {
      int number = i;
      String etag =
          client
              .uploadPartCopy(
                  copy ->
                      copy.sourceBucket(bucket)
                          .sourceKey(from)
                          .destinationBucket(bucket)
                          .destinationKey(to)
                          .uploadId(id)
                          .partNumber(number))
              .copyPartResult()
              .eTag();
      copied.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
    }
    client.completeMultipartUpload(
        complete ->
            complete
                .bucket(bucket)
                .key(to)
                .uploadId(id)
                .multipartUpload(upload -> upload.parts(copied)));
  }

  @Test
  void uploadsOfLostExecutorsEndWithTheJob() throws IOException {
    Dataset<Row> rows = spark.range(0, 4, 1, 2).toDF().filter(loseUploads(""));

    writer(rows)
        .option("objectName", "sample_{:04d}.bin")
        .option("objectSize", "1000")
        .option("objectCount", "4")
        .save(uri);

    assertThat(folder.unfinished()).containsExactly("another");
    assertThat(folder.names()).contains("sample_0003.bin", "_SUCCESS");
  }

  @Test
  void uploadsOfLostExecutorsEndWithAJobThatFails() throws IOException {
    Dataset<Row> rows = spark.range(0, 4, 1, 1).toDF().filter(loseUploads("planned"));

    assertThatThrownBy(
            () ->
                writer(rows)
                    .option("objectName", "sample_{:04d}.bin")
                    .option("objectSize", "1000")
                    .option("objectCount", "4")
                    .save(uri))
        .hasStackTraceContaining("planned");

    assertThat(folder.unfinished()).containsExactly("another");
  }

  /** What {@link #failOnceAnUploadIsAlive} saw: by no prefix and by the whole key. */
  private static final List<List<String>> SEEN = new CopyOnWriteArrayList<>();

  @Test
  void aTaskThatFailsInMidUploadLeavesNone() throws IOException {
    SEEN.clear();
    String key = prefix + "/large0";
    Dataset<Row> rows =
        spark
            .range(0, 2, 1, 1)
            .toDF()
            .filter(failOnceAnUploadIsAlive(bucket, key))
            .selectExpr(
                "concat('large', id) as name",
                "cast(repeat('x', %d) as binary) as content".formatted(12 << 20));

    assertThatThrownBy(() -> writer(rows).option("partSize", "5mb").save(uri))
        .hasStackTraceContaining("planned");

    assertThat(SEEN)
        .as("alive before, however it is asked for")
        .containsExactly(List.of(key), List.of(key));
    assertThat(folder.unfinished()).as("with no prefix").isEmpty();
    assertThat(uploadsOf(bucket, key)).as("by the whole key").isEmpty();
    assertThat(folder.names()).isEmpty();
  }

  private static FilterFunction<Row> failOnceAnUploadIsAlive(String bucket, String key) {
    return row -> {
      if (row.getLong(0) == 1) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        // A thread of the writer's begins it, and it stays until the task commits.
        while (uploadsOf(bucket, key).isEmpty() && System.nanoTime() < deadline) {
          LockSupport.parkNanos(1_000_000);
        }
        SEEN.add(uploadsBelow(bucket, key));
        SEEN.add(uploadsOf(bucket, key));
        throw new IllegalStateException("planned");
      }
      return true;
    };
  }

  private static List<String> uploadsOf(String bucket, String key) {
    return client.listMultipartUploads(list -> list.bucket(bucket).prefix(key)).uploads().stream()
        .map(MultipartUpload::key)
        .toList();
  }

  /** Begins two uploads of the job's keys and one of a neighbour's, as if their writers died. */
  private FilterFunction<Row> loseUploads(String failure) {
    String bucket = this.bucket;
    String folder = prefix;
    return row -> {
      if (row.getLong(0) == 0) {
        for (String name : List.of("sample_0001.bin", "sample_0003.bin", "another")) {
          client.createMultipartUpload(begin -> begin.bucket(bucket).key(folder + "/" + name));
        }
        assertThat(uploadsBelow(bucket, folder)).hasSize(3);
      }
      if (!failure.isEmpty() && row.getLong(0) == 3) {
        throw new IllegalStateException(failure);
      }
      return true;
    };
  }

  /** MinIO lists uploads by a whole key or with no prefix. */
  private static List<String> uploadsBelow(String bucket, String folder) {
    return client.listMultipartUploads(list -> list.bucket(bucket)).uploads().stream()
        .map(MultipartUpload::key)
        .filter(key -> key.startsWith(folder))
        .toList();
  }

  @Test
  void partsHaveTheLeastSizeThatS3Takes() {
    assertThatThrownBy(
            () ->
                writer(spark.range(0, 1, 1, 1))
                    .option("objectName", "small_{}.bin")
                    .option("objectSize", "1mb")
                    .option("partSize", "1mb")
                    .save(uri))
        .hasMessageContaining("Invalid partSize");
  }

  /**
   * Each answer is its connection's only one; those that look at an object of 1000 bytes tell
   * another ETag than the server did.
   */
  private static String looksOther(String head) {
    String closing = head.replaceFirst("\r\n", "\r\nConnection: close\r\n");
    return head.toLowerCase(Locale.ROOT).contains("\r\ncontent-length: 1000\r\n")
        ? closing.replaceFirst("(?i)\r\nETag: [^\r]*", "\r\nETag: \"other\"")
        : closing;
  }

  @ParameterizedTest
  @CsvSource({"own, true", "own, false", "sdk, true", "sdk, false"})
  void whatAJobWroteIsLookedAtWhereVerifySaysSo(String transport, boolean generated)
      throws IOException {
    try (Relay relay =
        Relay.to(cloud.endpoint(), connection -> Plan.rewritten(S3JobTest::looksOther))) {
      Dataset<Row> ids = spark.range(0, 2, 1, 2).toDF();
      Dataset<Row> contents =
          ids.selectExpr("concat('c', id) as name", "cast(repeat('x', 1000) as binary) as content");
      DataFrameWriter<Row> job =
          writer(generated ? ids : contents)
              .options(cloud.options(relay.endpoint()))
              .option("transport", transport);
      if (generated) {
        job.option("objectName", "sample_{:04d}.bin").option("objectSize", "1000");
      }

      job.save(uri + "/unseen");
      assertThatThrownBy(() -> job.option("verify", "head").save(uri + "/seen"))
          .hasStackTraceContaining(CorruptException.class.getName() + ": Cannot put " + uri)
          .hasStackTraceContaining("with the ETag 'other'");
    }
    assertThat(folder.names()).contains("unseen/_SUCCESS").doesNotContain("seen/_SUCCESS");
  }

  @Test
  void rowsBecomeFilesInPartsByTheSdkToo() throws IOException {
    assertRowsBecomeFilesInParts(Map.of("transport", "sdk"));
  }

  @Test
  void directoriesGiveColumnsByTheSdkToo() throws IOException {
    assertDirectoriesGiveColumns(Map.of("transport", "sdk"));
  }

  @Test
  void optionsOfS3AreRefusedElsewhereAndIncompleteOnesAtOnce() {
    assertThatThrownBy(
            () -> spark.read().format("s3dlio").option("endpoint", "http://x").load("/tmp").count())
        .hasMessageContaining("endpoint")
        .hasMessageContaining("s3://");
    assertThatThrownBy(
            () -> spark.read().format("s3dlio").option("accessKeyId", "a").load(uri).count())
        .hasMessageContaining("secretAccessKey");
    assertThatThrownBy(
            () ->
                spark.read().format("s3dlio").option("secretAccesKey", "hidden").load(uri).count())
        .hasMessageContaining("did you mean 'secretAccessKey'")
        .satisfies(e -> assertThat(trace(e)).doesNotContain("hidden"));
  }
}
