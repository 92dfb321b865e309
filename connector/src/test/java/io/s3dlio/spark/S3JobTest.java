package io.s3dlio.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.datagen.ObjectType;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The main job against a server of S3, looked at by the AWS SDK. */
@ExtendWith(NoLeaks.class)
class S3JobTest {
  private static final S3Server SERVER = S3Server.best();
  private static final SparkSession SPARK = LocalSpark.session();
  private static final String BUCKET = "spark-" + UUID.randomUUID();
  private static final int SIZE = 300_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static S3Client client;

  private final SparkSession spark = SPARK;
  private final String prefix = UUID.randomUUID().toString();
  private final String uri = "s3://" + BUCKET + "/" + prefix;

  @BeforeAll
  static void makeBucket() {
    client = SERVER.client();
    client.createBucket(create -> create.bucket(BUCKET));
  }

  @AfterAll
  static void closeClient() {
    client.close();
  }

  private DataFrameReader reader() {
    return spark
        .read()
        .format("s3dlio")
        .option("endpoint", SERVER.endpoint().toString())
        .option("accessKeyId", SERVER.accessKeyId())
        .option("secretAccessKey", SERVER.secretAccessKey());
  }

  private static DataFrameWriter<Row> writer(Dataset<?> rows) {
    return rows.toDF()
        .write()
        .format("s3dlio")
        .mode("append")
        .option("endpoint", SERVER.endpoint().toString())
        .option("accessKeyId", SERVER.accessKeyId())
        .option("secretAccessKey", SERVER.secretAccessKey());
  }

  private DataFrameWriter<Row> generator(int count) {
    return writer(spark.range(0, count, 1, 3))
        .option("objectName", "sample_{:04d}.bin")
        .option("objectSize", String.valueOf(SIZE))
        .option("seed", "42");
  }

  private List<String> keys() {
    return client
        .listObjectsV2Paginator(list -> list.bucket(BUCKET).prefix(prefix))
        .contents()
        .stream()
        .map(S3Object::key)
        .toList();
  }

  @Test
  void whatAJobGeneratesIsThereAndReadsBack() {
    generator(20).save(uri);

    for (int i : new int[] {0, 7, 19}) {
      String key = prefix + "/sample_%04d.bin".formatted(i);
      byte[] stored = client.getObjectAsBytes(get -> get.bucket(BUCKET).key(key)).asByteArray();
      assertThat(ByteBuffer.wrap(stored))
          .isEqualTo(WrittenFiles.generated(42, i, SIZE, ObjectType.RANDOM));
    }
    for (String mode : List.of("columnar", "rows")) {
      List<Row> rows =
          reader()
              .option("readMode", mode)
              .load(uri)
              .selectExpr("path", "length", "crc32(content) as crc")
              .orderBy(col("path"))
              .collectAsList();
      assertThat(rows).hasSize(20);
      for (int i = 0; i < 20; i++) {
        assertThat(rows.get(i).getString(0)).endsWith("sample_%04d.bin".formatted(i));
        assertThat(rows.get(i).getLong(1)).isEqualTo(SIZE);
        assertThat(rows.get(i).getLong(2))
            .isEqualTo(crc(WrittenFiles.generated(42, i, SIZE, ObjectType.RANDOM)));
      }
    }
  }

  @Test
  void aCompressedObjectIsWrittenInParts() throws IOException {
    int size = (12 << 20) + 3;
    writer(spark.range(0, 2, 1, 2))
        .option("objectName", "{}.gz")
        .option("objectType", "tfrecord")
        .option("compression", "gzip")
        .option("objectSize", size)
        .option("partSize", "5m")
        .save(uri);

    byte[] stored =
        client.getObjectAsBytes(get -> get.bucket(BUCKET).key(prefix + "/1.gz")).asByteArray();
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(stored))) {
      assertThat(ByteBuffer.wrap(in.readAllBytes()))
          .isEqualTo(WrittenFiles.generated(0, 1, size, ObjectType.TFRECORD));
    }
  }

  @Test
  void aDataSetForDlioIsThereWithItsIndexes() {
    writer(spark.range(0, 6, 1, 3))
        .option("layout", "dlio")
        .option("numFilesTrain", 4)
        .option("numFilesEval", 2)
        .option("objectType", "tfrecord")
        .option("tfrecordIndex", true)
        .option("recordsPerObject", 3)
        .option("objectSize", SIZE)
        .save(uri);

    assertThat(keys())
        .filteredOn(key -> !key.startsWith(prefix + "/_"))
        .containsExactlyInAnyOrder(
            Stream.of(
                    "train/img_%d_of_4.tfrecord",
                    "index/train/img_%d_of_4.tfrecord.idx",
                    "valid/img_%d_of_2.tfrecord",
                    "index/valid/img_%d_of_2.tfrecord.idx")
                .flatMap(
                    name ->
                        IntStream.range(0, name.contains("valid") ? 2 : 4)
                            .mapToObj(i -> prefix + "/" + name.formatted(i)))
                .toArray(String[]::new));
  }

  @Test
  void aLargeObjectIsWrittenInPartsAndReadInChunks() {
    int size = (20 << 20) + 3;
    writer(spark.range(0, 2, 1, 2))
        .option("objectName", "large_{}.bin")
        .option("objectSize", String.valueOf(size))
        .option("seed", "1")
        .save(uri);

    assertThat(client.headObject(head -> head.bucket(BUCKET).key(prefix + "/large_0.bin")).eTag())
        .as("an upload of several parts")
        .contains("-");
    List<Row> rows =
        reader()
            .option("chunkBytes", "6mb")
            .load(uri)
            .selectExpr("path", "offset", "content")
            .orderBy("path", "offset")
            .collectAsList();
    assertThat(rows).hasSize(8);
    ByteBuffer first = WrittenFiles.generated(1, 0, size, ObjectType.RANDOM);
    for (int i = 0; i < 4; i++) {
      byte[] chunk = rows.get(i).getAs("content");
      assertThat(rows.get(i).getLong(1)).isEqualTo((long) i * (6 << 20));
      assertThat(ByteBuffer.wrap(chunk)).isEqualTo(first.slice(i * (6 << 20), chunk.length));
    }
  }

  /** Parts that the server copies: s3proxy would keep them in the little memory that it has. */
  @Test
  @EnabledIf("io.s3dlio.testing.S3Server#hasMinio")
  void anObjectThatNoRowHoldsIsReadInChunks() {
    int size = 64 << 20;
    int parts = 33;
    byte[] part = new byte[size];
    new Random(3).nextBytes(part);
    client.putObject(put -> put.bucket(BUCKET).key(prefix + "-part"), RequestBody.fromBytes(part));
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
    client.deleteObject(delete -> delete.bucket(BUCKET).key(prefix + "/large"));
  }

  private static void copyParts(String from, String to, int parts) {
    String id = client.createMultipartUpload(begin -> begin.bucket(BUCKET).key(to)).uploadId();
    List<CompletedPart> copied = new ArrayList<>();
    for (int i = 1; i <= parts; i++) {
      int number = i;
      String etag =
          client
              .uploadPartCopy(
                  copy ->
                      copy.sourceBucket(BUCKET)
                          .sourceKey(from)
                          .destinationBucket(BUCKET)
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
                .bucket(BUCKET)
                .key(to)
                .uploadId(id)
                .multipartUpload(upload -> upload.parts(copied)));
  }

  @Test
  void overwritingDeletesOnlyWhatTheJobDidNotWrite() {
    generator(6).save(uri);
    client.putObject(
        put -> put.bucket(BUCKET).key(prefix + "-sibling/x"), RequestBody.fromString("stays"));

    generator(3).mode("overwrite").option("overwritePrefix", "true").save(uri);

    assertThat(keys().stream().filter(key -> key.endsWith(".bin")))
        .containsExactly(
            prefix + "/sample_0000.bin", prefix + "/sample_0001.bin", prefix + "/sample_0002.bin");
    assertThat(keys()).contains(prefix + "-sibling/x", prefix + "/_SUCCESS");
  }

  @Test
  void nothingThatExistsIsReplaced() {
    client.putObject(
        put -> put.bucket(BUCKET).key(prefix + "/sample_0001.bin"), RequestBody.fromString("mine"));

    assertThatThrownBy(() -> generator(3).save(uri))
        .hasStackTraceContaining("sample_0001.bin")
        .hasStackTraceContaining("exists");

    assertThat(
            client
                .getObjectAsBytes(get -> get.bucket(BUCKET).key(prefix + "/sample_0001.bin"))
                .asUtf8String())
        .isEqualTo("mine");
    assertThat(keys()).doesNotContain(prefix + "/_SUCCESS");
  }

  @Test
  void realContentIsWrittenAsItIs() {
    writer(
            spark
                .range(0, 5, 1, 2)
                .selectExpr(
                    "concat('dir/a b+%', id) as name",
                    "cast(concat('body', id) as binary) as content"))
        .save(uri);

    assertThat(
            client
                .getObjectAsBytes(get -> get.bucket(BUCKET).key(prefix + "/dir/a b+%3"))
                .asUtf8String())
        .isEqualTo("body3");
    assertThat(reader().load(uri).count()).isEqualTo(5);
  }

  @Test
  void uploadsOfLostExecutorsEndWithTheJob() {
    Dataset<Row> rows = spark.range(0, 4, 1, 2).toDF().filter(loseUploads(""));

    writer(rows)
        .option("objectName", "sample_{:04d}.bin")
        .option("objectSize", "1000")
        .option("objectCount", "4")
        .save(uri);

    assertThat(uploads()).containsExactly(prefix + "/another");
    assertThat(keys()).contains(prefix + "/sample_0003.bin", prefix + "/_SUCCESS");
  }

  @Test
  void uploadsOfLostExecutorsEndWithAJobThatFails() {
    Dataset<Row> rows = spark.range(0, 4, 1, 1).toDF().filter(loseUploads("planned"));

    assertThatThrownBy(
            () ->
                writer(rows)
                    .option("objectName", "sample_{:04d}.bin")
                    .option("objectSize", "1000")
                    .option("objectCount", "4")
                    .save(uri))
        .hasStackTraceContaining("planned");

    assertThat(uploads()).containsExactly(prefix + "/another");
  }

  /** What {@link #failOnceAnUploadIsAlive} saw: by no prefix and by the whole key. */
  private static final List<List<String>> SEEN = new CopyOnWriteArrayList<>();

  @Test
  void aTaskThatFailsInMidUploadLeavesNone() {
    SEEN.clear();
    String key = prefix + "/large0";
    Dataset<Row> rows =
        spark
            .range(0, 2, 1, 1)
            .toDF()
            .filter(failOnceAnUploadIsAlive(key))
            .selectExpr(
                "concat('large', id) as name",
                "cast(repeat('x', %d) as binary) as content".formatted(12 << 20));

    assertThatThrownBy(() -> writer(rows).option("partSize", "5mb").save(uri))
        .hasStackTraceContaining("planned");

    assertThat(SEEN)
        .as("alive before, however it is asked for")
        .containsExactly(List.of(key), List.of(key));
    assertThat(uploads()).as("with no prefix").isEmpty();
    assertThat(uploadsOf(key)).as("by the whole key").isEmpty();
    assertThat(keys()).isEmpty();
  }

  private static FilterFunction<Row> failOnceAnUploadIsAlive(String key) {
    return row -> {
      if (row.getLong(0) == 1) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        // A thread of the writer's begins it, and it stays until the task commits.
        while (uploadsOf(key).isEmpty() && System.nanoTime() < deadline) {
          LockSupport.parkNanos(1_000_000);
        }
        SEEN.add(uploadsBelow(key));
        SEEN.add(uploadsOf(key));
        throw new IllegalStateException("planned");
      }
      return true;
    };
  }

  private static List<String> uploadsOf(String key) {
    return client.listMultipartUploads(list -> list.bucket(BUCKET).prefix(key)).uploads().stream()
        .map(MultipartUpload::key)
        .toList();
  }

  /** Begins two uploads of the job's keys and one of a neighbour's, as if their writers died. */
  private FilterFunction<Row> loseUploads(String failure) {
    String folder = prefix;
    return row -> {
      if (row.getLong(0) == 0) {
        for (String name : List.of("sample_0001.bin", "sample_0003.bin", "another")) {
          client.createMultipartUpload(begin -> begin.bucket(BUCKET).key(folder + "/" + name));
        }
        assertThat(uploadsBelow(folder)).hasSize(3);
      }
      if (!failure.isEmpty() && row.getLong(0) == 3) {
        throw new IllegalStateException(failure);
      }
      return true;
    };
  }

  private List<String> uploads() {
    return uploadsBelow(prefix);
  }

  /** MinIO lists uploads by a whole key or with no prefix. */
  private static List<String> uploadsBelow(String folder) {
    return client.listMultipartUploads(list -> list.bucket(BUCKET)).uploads().stream()
        .map(MultipartUpload::key)
        .filter(key -> key.startsWith(folder))
        .toList();
  }

  @Test
  void partsHaveTheSizeThatIsAskedFor() {
    writer(spark.range(0, 1, 1, 1))
        .option("objectName", "large_{}.bin")
        .option("objectSize", String.valueOf(11 << 20))
        .option("partSize", "5mb")
        .save(uri);

    assertThat(client.headObject(head -> head.bucket(BUCKET).key(prefix + "/large_0.bin")).eTag())
        .endsWith("-3\"");
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
        Relay.to(SERVER.endpoint(), connection -> Plan.rewritten(S3JobTest::looksOther))) {
      Dataset<Row> ids = spark.range(0, 2, 1, 2).toDF();
      Dataset<Row> contents =
          ids.selectExpr("concat('c', id) as name", "cast(repeat('x', 1000) as binary) as content");
      DataFrameWriter<Row> job =
          writer(generated ? ids : contents)
              .option("endpoint", relay.endpoint().toString())
              .option("transport", transport);
      if (generated) {
        job.option("objectName", "sample_{:04d}.bin").option("objectSize", "1000");
      }

      job.save(uri + "/unseen");
      assertThatThrownBy(() -> job.option("verify", "head").save(uri + "/seen"))
          .hasStackTraceContaining(CorruptException.class.getName() + ": Cannot put " + uri)
          .hasStackTraceContaining("with the ETag 'other'");
    }
    assertThat(keys())
        .contains(prefix + "/unseen/_SUCCESS")
        .doesNotContain(prefix + "/seen/_SUCCESS");
  }

  @Test
  void settingsOfHadoopThatAreMadeAtRunTimeAreEnough() {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Map<String, String> settings =
        Map.of(
            "fs.s3a.bucket." + BUCKET + ".endpoint",
            SERVER.endpoint().toString(),
            "fs.s3a.access.key",
            SERVER.accessKeyId(),
            "fs.s3a.secret.key",
            SERVER.secretAccessKey());
    settings.forEach(hadoop::set);
    try {
      spark
          .range(0, 4, 1, 2)
          .write()
          .format("s3dlio")
          .mode("append")
          .option("objectName", "sample_{:04d}.bin")
          .option("objectSize", "1000")
          .save(uri.replace("s3://", "s3a://"));
      Dataset<Row> rows = spark.read().format("s3dlio").load(uri);

      assertThat(rows.selectExpr("sum(length(content))").first().getLong(0)).isEqualTo(4000);
      assertThat(rows.queryExecution().executedPlan().treeString())
          .contains("endpoint=" + SERVER.endpoint().toString() + " (hadoop)")
          .doesNotContain(SERVER.secretAccessKey());
    } finally {
      settings.keySet().forEach(hadoop::unset);
    }
  }

  @Test
  void keysAreNowhereToBeSeen() throws IOException {
    generator(3).save(uri);
    Dataset<Row> rows = reader().load(uri);
    String secret = SERVER.secretAccessKey();

    assertThat(rows.queryExecution().toString()).doesNotContain(secret);
    assertThat(rows.queryExecution().executedPlan().treeString()).doesNotContain(secret);
    for (String key : keys()) {
      assertThat(
              client.getObjectAsBytes(get -> get.bucket(BUCKET).key(key)).asByteArray().length
                      == SIZE
                  || !client
                      .getObjectAsBytes(get -> get.bucket(BUCKET).key(key))
                      .asString(StandardCharsets.ISO_8859_1)
                      .contains(secret))
          .as(key)
          .isTrue();
    }
    for (var partition : rows.select("content").rdd().partitions()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(partition);
      }
      assertThat(bytes.toString(StandardCharsets.ISO_8859_1)).doesNotContain(secret);
    }
    assertThatThrownBy(
            () -> reader().option("secretAccessKey", "wrong-" + secret).load(uri).count())
        .hasStackTraceContaining("access is denied")
        .hasStackTraceContaining("Check the access key")
        .satisfies(e -> assertThat(trace(e)).doesNotContain(secret));
  }

  @ParameterizedTest
  @CsvSource({"own", "sdk"})
  void directoriesGiveColumnsAndFiltersFindThemHoweverTheyAreWritten(String transport) {
    List<String> names =
        List.of(
            "label=cat/n=1/a",
            "label=%63at/n=01/b",
            "label=a b/n=2/c",
            "label=a%2Fb/n=2/d",
            "label=\u00e9+x/n=3/e",
            "label=__HIVE_DEFAULT_PARTITION__/n=1/f",
            "_SUCCESS");
    for (String name : names) {
      client.putObject(
          put -> put.bucket(BUCKET).key(prefix + "/" + name), RequestBody.fromString(name));
    }
    String select = "concat_ws('|', nvl(label, 'none'), n, decode(content, 'UTF-8'))";
    List<String> all =
        List.of(
            "none|1|label=__HIVE_DEFAULT_PARTITION__/n=1/f",
            "a b|2|label=a b/n=2/c",
            "a/b|2|label=a%2Fb/n=2/d",
            "cat|1|label=%63at/n=01/b",
            "cat|1|label=cat/n=1/a",
            "\u00e9+x|3|label=\u00e9+x/n=3/e");

    for (DataFrameReader reader :
        List.of(
            reader().option("partitionColumns", "label string, n int"),
            reader().option("recursiveFileLookup", false),
            reader().option("basePath", uri))) {
      Dataset<Row> rows = reader.option("transport", transport).load(uri);

      assertThat(texts(rows, select)).containsExactlyInAnyOrderElementsOf(all);
      assertThat(texts(rows.filter("label = 'cat' and n = 1"), select))
          .containsExactlyInAnyOrder(all.get(3), all.get(4));
    }
    DataFrameReader named = reader().option("partitionColumns", "label string, n int");
    assertThat(texts(named.load(uri).filter("label in ('a/b', '\u00e9+x') or n > 2"), select))
        .containsExactlyInAnyOrder(all.get(2), all.get(5));
    assertThat(texts(named.load(uri).filter("label is null"), select)).containsExactly(all.get(0));
  }

  private static List<String> texts(Dataset<Row> rows, String select) {
    return rows.selectExpr(select).collectAsList().stream().map(row -> row.getString(0)).toList();
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

  private static String trace(Throwable error) {
    java.io.StringWriter text = new java.io.StringWriter();
    error.printStackTrace(new java.io.PrintWriter(text));
    return text.toString();
  }

  private static long crc(ByteBuffer content) {
    CRC32 crc = new CRC32();
    crc.update(content.duplicate());
    return crc.getValue();
  }
}
