package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ArrayFiles.counted;
import static io.s3dlio.spark.read.ArrayFiles.longs;
import static io.s3dlio.spark.read.ArrayFiles.npy;
import static io.s3dlio.spark.read.ReadFixture.awaitMemoryBack;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.TfRecordFiles.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Typed reads from a real server of S3, and the requests that it gets of them. */
class DecodeS3Test {
  private static final String BUCKET = "decode-" + UUID.randomUUID();
  private static final String ROOT = "s3://" + BUCKET + "/";
  private static final int IMAGES = 10 << 20;

  private static final AtomicBoolean CUT = new AtomicBoolean();
  private static Relay relay;
  private static Map<String, String> options;
  private static List<byte[]> records;

  @BeforeAll
  static void write(@TempDir Path directory) throws IOException {
    S3Server server = S3Server.best();
    records = IntStream.range(0, 120).mapToObj(i -> random(100_000 + i, i)).toList();
    try (S3Client client = server.client()) {
      client.createBucket(create -> create.bucket(BUCKET));
      for (int i = 0; i < 30; i++) {
        put(client, "small/%02d.npz".formatted(i), npz(directory, 1000 + i));
      }
      put(client, "large/a.npz", npz(directory, IMAGES));
      put(client, "records/a.tfrecord", TfRecordFiles.file(records));
    }
    // The first connections end within what they bring.
    relay =
        Relay.to(
            server.endpoint(),
            connection ->
                CUT.get() && connection % 3 == 0
                    ? Plan.answerCut(Relay.End.RESET, 700_000)
                    : Plan.NONE);
    options =
        Map.of(
            "endpoint", relay.endpoint().toString(),
            "accessKeyId", server.accessKeyId(),
            "secretAccessKey", server.secretAccessKey());
  }

  private static byte[] npz(Path directory, int images) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("x", npy("|u1", false, images + ",", counted(images, images)));
    members.put("y", npy("<i8", false, "2,", longs(images, 7)));
    return Files.readAllBytes(ArrayFiles.npz(directory.resolve("x.npz"), false, members));
  }

  private static void put(S3Client client, String key, byte[] content) {
    client.putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
  }

  @AfterAll
  static void close() throws IOException {
    relay.close();
    awaitMemoryBack();
  }

  private static Dataset<Row> load(String path, String mode, Map<String, String> more) {
    relay.takeRequests();
    return s3dlio(mode).options(options).options(more).load(ROOT + path);
  }

  private static List<String> gets() {
    return relay.takeRequests().stream().filter(line -> !line.contains("list-type=2")).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void aSmallObjectIsOneRequest(String mode) {
    List<Row> rows = load("small/", mode, Map.of("decode", "npz")).collectAsList();

    assertThat(rows).hasSize(60);
    for (Row row : rows) {
      byte[] data = row.getAs("data");
      int images = 1000 + Integer.parseInt(row.<String>getAs("path").replaceAll(".*/|\\.npz", ""));
      assertThat(data)
          .isEqualTo(row.getAs("name").equals("x") ? counted(images, images) : longs(images, 7));
    }
    assertThat(gets()).hasSize(30);
  }

  @Test
  void ofALargeObjectOnlyWhatIsAskedForIsRead() {
    Row row =
        load("large/", "columnar", Map.of("decode", "npz", "arrays", "y"))
            .select("data")
            .collectAsList()
            .get(0);

    assertThat((byte[]) row.get(0)).isEqualTo(longs(IMAGES, 7));
    assertThat(gets()).as("the directory, the header and the data").hasSize(3);
  }

  /** Whose keys Hadoop's settings alone tell, also where columns are found out. */
  @Test
  void columnsOfRecordsAreInferredFromTheServer() {
    SparkSession spark = LocalSpark.session();
    Map<String, String> hadoop =
        Map.of(
            "fs.s3a.endpoint", options.get("endpoint"),
            "fs.s3a.access.key", options.get("accessKeyId"),
            "fs.s3a.secret.key", options.get("secretAccessKey"));
    hadoop.forEach((key, value) -> spark.conf().set(key, value));
    try {
      spark
          .range(10)
          .selectExpr("id", "concat('a', id) AS text")
          .write()
          .format("s3dlio")
          .option("encode", "tfrecord")
          .mode("append")
          .save(ROOT + "features/");

      Dataset<Row> rows =
          spark.read().format("s3dlio").option("decode", "tfrecord").load(ROOT + "features/");

      assertThat(rows.schema().toDDL()).isEqualTo("id BIGINT,text STRING");
      assertThat(rows.selectExpr("sum(id)", "max(text)").first())
          .isEqualTo(RowFactory.create(45L, "a9"));
    } finally {
      hadoop.keySet().forEach(spark.conf()::unset);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "auto", "resync"})
  void recordsComeWholeAlsoWhereConnectionsBreak(String split) {
    CUT.set(true);
    try {
      Map<String, String> raw =
          Map.of(
              "decode", "tfrecord",
              "recordType", "ByteArray",
              "split", split,
              "maxPartitionBytes", "3mb",
              "maxBatchBytes", "1mb");

      Dataset<Row> rows = load("records/", "rows", raw);

      assertThat(rows.collectAsList())
          .extracting(row -> ByteBuffer.wrap((byte[]) row.get(0)))
          .isEqualTo(records.stream().map(ByteBuffer::wrap).toList());
      assertThat(rows.rdd().getNumPartitions() > 1).isEqualTo(!split.equals("none"));
    } finally {
      CUT.set(false);
    }
  }
}
