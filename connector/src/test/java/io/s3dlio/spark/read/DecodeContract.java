package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ArrayFiles.counted;
import static io.s3dlio.spark.read.ArrayFiles.longs;
import static io.s3dlio.spark.read.ArrayFiles.npy;
import static io.s3dlio.spark.read.ReadFixture.awaitMemoryBack;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.TfRecordFiles.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.Cloud;
import io.s3dlio.spark.CloudFolder;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.testing.Relay;
import io.s3dlio.testing.Relay.Plan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Typed reads from a cloud's store, and the requests that it gets of them. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class DecodeContract {
  private static final int IMAGES = 10 << 20;

  private final AtomicBoolean cut = new AtomicBoolean();
  private final Cloud cloud;
  private final CloudFolder folder;
  private final String root;
  private Relay relay;
  private Map<String, String> options;
  private List<byte[]> records;

  DecodeContract(Cloud cloud) throws IOException {
    this.cloud = cloud;
    this.folder = cloud.folder();
    this.root = folder.uri() + "/";
  }

  @BeforeAll
  void write(@TempDir Path directory) throws IOException {
    records = IntStream.range(0, 120).mapToObj(i -> random(100_000 + i, i)).toList();
    for (int i = 0; i < 30; i++) {
      folder.put("small/%02d.npz".formatted(i), npz(directory, 1000 + i));
    }
    folder.put("large/a.npz", npz(directory, IMAGES));
    folder.put("records/a.tfrecord", TfRecordFiles.file(records));
    // The first connections end within what they bring.
    relay =
        Relay.to(
            cloud.endpoint(),
            connection ->
                cut.get() && connection % 3 == 0
                    ? Plan.answerCut(Relay.End.RESET, 700_000)
                    : Plan.NONE);
    options = cloud.options(relay.endpoint());
  }

  private static byte[] npz(Path directory, int images) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("x", npy("|u1", false, images + ",", counted(images, images)));
    members.put("y", npy("<i8", false, "2,", longs(images, 7)));
    return Files.readAllBytes(ArrayFiles.npz(directory.resolve("x.npz"), false, members));
  }

  @AfterAll
  void close() throws IOException {
    relay.close();
    awaitMemoryBack();
  }

  private Dataset<Row> load(String path, String mode, Map<String, String> more) {
    relay.takeRequests();
    return s3dlio(mode).options(options).options(more).load(root + path);
  }

  private List<String> gets() {
    return relay.takeRequests().stream().filter(line -> !cloud.isListing(line)).toList();
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
    Map<String, String> hadoop = cloud.hadoop();
    String features = folder.hadoopUri() + "/features/";
    hadoop.forEach((key, value) -> spark.conf().set(key, value));
    try {
      spark
          .range(10)
          .selectExpr("id", "concat('a', id) AS text")
          .write()
          .format("s3dlio")
          .options(cloud.besideHadoop())
          .option("encode", "tfrecord")
          .mode("append")
          .save(features);

      Dataset<Row> rows =
          spark
              .read()
              .format("s3dlio")
              .options(cloud.besideHadoop())
              .option("decode", "tfrecord")
              .load(features);

      assertThat(rows.schema().toDDL()).isEqualTo("id BIGINT,text STRING");
      assertThat(rows.selectExpr("sum(id)", "max(text)").first())
          .isEqualTo(RowFactory.create(45L, "a9"));
    } finally {
      hadoop.keySet().forEach(spark.conf()::unset);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void datasetsOfHdf5AreReadByRange(String mode) {
    LocalSpark.session()
        .range(3)
        .write()
        .format("s3dlio")
        .options(options)
        .option("objectType", "hdf5")
        .option("objectSize", "9mb")
        .option("recordsPerObject", 3)
        .option("objectName", mode + "_{}.h5")
        .mode("append")
        .save(root + "arrays/" + mode);

    List<Row> rows =
        load("arrays/" + mode, mode, Map.of("decode", "hdf5", "arrays", "labels"))
            .select("name", "data")
            .collectAsList();

    assertThat(rows).hasSize(3).allSatisfy(row -> assertThat((byte[]) row.get(1)).hasSize(24));
    assertThat(gets().size()).isBetween(3, 15);
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void contentIsThereByReferenceAsLongAsItsTaskRuns(String mode) {
    assertThat(References.read(load("records/", mode, Map.of("maxBatchBytes", "32mb"))))
        .singleElement()
        .satisfies(
            line ->
                assertThat(line)
                    .startsWith(
                        "a.tfrecord " + References.crc(TfRecordFiles.file(records)) + " /"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "auto", "resync"})
  void recordsComeWholeAlsoWhereConnectionsBreak(String split) {
    cut.set(true);
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
      cut.set(false);
    }
  }
}
