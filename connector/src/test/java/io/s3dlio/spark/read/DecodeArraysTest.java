package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ArrayFiles.counted;
import static io.s3dlio.spark.read.ArrayFiles.longs;
import static io.s3dlio.spark.read.ArrayFiles.npy;
import static io.s3dlio.spark.read.ArrayFiles.npz;
import static io.s3dlio.spark.read.ReadFixture.awaitMemoryBack;
import static io.s3dlio.spark.read.ReadFixture.metric;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.ReadFixture.withOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodeArraysTest {
  private final Path directory;

  DecodeArraysTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void nothingIsHeld() {
    awaitMemoryBack();
  }

  /** Images of 2 x 3 bytes, 4 of them along the last axis, and their labels. */
  private Path images(String name, boolean deflated) throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("x", npy("|u1", false, "2, 3, 4", counted(0, 24)));
    members.put("y", npy("<i8", false, "4,", longs(10, 11, 12, 13)));
    return npz(directory.resolve(name), deflated, members);
  }

  /** Rows as text: what a row is, and its data byte by byte. */
  private static List<String> rows(Dataset<Row> rows) {
    List<String> texts = new ArrayList<>();
    for (Row row : rows.select("name", "dtype", "shape", "index", "data").collectAsList()) {
      StringBuilder data = new StringBuilder();
      for (byte value : (byte[]) row.get(4)) {
        data.append(' ').append(value & 0xff);
      }
      texts.add(
          "%s %s %s %d:%s"
              .formatted(row.getString(0), row.getString(1), row.getList(2), row.getLong(3), data));
    }
    return texts;
  }

  @ParameterizedTest
  @CsvSource({"columnar,false", "columnar,true", "rows,false", "rows,true"})
  void eachArrayOfAnArchiveIsARow(String mode, boolean deflated) throws IOException {
    images("a.npz", deflated);

    Dataset<Row> read = s3dlio(mode).option("decode", "npz").load(directory.toString());

    assertThat(read.columns()).containsExactly("path", "name", "dtype", "shape", "data", "index");
    assertThat(rows(read))
        .containsExactly(
            "x |u1 [2, 3, 4] 0: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23",
            "y <i8 [4] 1: 10 0 0 0 0 0 0 0 11 0 0 0 0 0 0 0 12 0 0 0 0 0 0 0 13 0 0 0 0 0 0 0");
    assertThat(read.select("path").first().getString(0)).endsWith("/a.npz");
  }

  @ParameterizedTest
  @CsvSource({"columnar,false", "columnar,true", "rows,false", "rows,true"})
  void samplesAreAlongTheAxisThatDlioHas(String mode, boolean deflated) throws IOException {
    images("a.npz", deflated);

    Dataset<Row> read =
        s3dlio(mode)
            .option("decode", "npz")
            .option("rowPerSample", true)
            .load(directory.toString());

    assertThat(rows(read))
        .containsExactly(
            "x |u1 [2, 3] 0: 0 4 8 12 16 20",
            "x |u1 [2, 3] 1: 1 5 9 13 17 21",
            "x |u1 [2, 3] 2: 2 6 10 14 18 22",
            "x |u1 [2, 3] 3: 3 7 11 15 19 23",
            "y <i8 [] 0: 10 0 0 0 0 0 0 0",
            "y <i8 [] 1: 11 0 0 0 0 0 0 0",
            "y <i8 [] 2: 12 0 0 0 0 0 0 0",
            "y <i8 [] 3: 13 0 0 0 0 0 0 0");
  }

  @Test
  void arraysAreThoseThatAreNamedInTheirOrder() throws IOException {
    images("a.npz", false);

    assertThat(rows(withOptions("decode=npz,rowPerSample=true,sampleAxis=0").load(path())))
        .startsWith("x |u1 [3, 4] 0: 0 1 2 3 4 5 6 7 8 9 10 11")
        .hasSize(6);
    assertThat(rows(s3dlio("rows").option("decode", "npz").option("arrays", "y, x").load(path())))
        .extracting(row -> row.substring(0, 1))
        .containsExactly("y", "x");
    assertThatThrownBy(() -> withOptions("decode=npz,arrays=z").load(path()).collectAsList())
        .hasStackTraceContaining(
            "it has no array 'z', but x, y. Name others with the option arrays");
  }

  private String path() {
    return directory.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void elementsComeLittleEndianAndInTheOrderOfC(String mode) throws IOException {
    Files.write(
        directory.resolve("a.npy"),
        npy(">u2", true, "2, 3", new byte[] {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6}));

    DataFrameReader read = s3dlio(mode).option("decode", "npy");

    assertThat(rows(read.load(path())))
        .containsExactly("null <u2 [2, 3] 0: 1 0 3 0 5 0 2 0 4 0 6 0");
    assertThat(rows(read.option("rowPerSample", true).load(path())))
        .containsExactly(
            "null <u2 [2] 0: 1 0 2 0", "null <u2 [2] 1: 3 0 4 0", "null <u2 [2] 2: 5 0 6 0");
  }

  @Test
  void namesTellTheFormat() throws IOException {
    images("a.npz", false);
    Files.write(directory.resolve("b.NPY"), npy("|u1", false, "2,", counted(7, 2)));

    assertThat(rows(withOptions("decode=auto,arrays=x").load(path())))
        .hasSize(2)
        .last()
        .isEqualTo("null |u1 [2] 0: 7 8");

    Files.write(directory.resolve("c.txt"), new byte[1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withOptions("decode=auto").load(path()))
        .withMessageContaining("c.txt with decode=auto: its name ends with none of .h5 .hdf5 .npy");
    assertThat(withOptions("decode=auto,pathGlobFilter=*.[nN]*").load(path()).count()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void batchesHaveWhatFitsWhateverTheObjects(String mode) throws IOException {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String name = "%02d.npy".formatted(i);
      int samples = i % 5 == 4 ? 0 : 3 + i;
      Files.write(
          directory.resolve(name), npy("|u1", false, samples + ", 7", counted(i, samples * 7)));
      for (int sample = 0; sample < samples; sample++) {
        StringBuilder data = new StringBuilder();
        for (byte value : counted(i + sample * 7, 7)) {
          data.append(' ').append(value & 0xff);
        }
        expected.add("null |u1 [7] %d:%s".formatted(sample, data));
      }
    }
    DataFrameReader read =
        s3dlio(mode).option("decode", "npy").option("rowPerSample", true).option("sampleAxis", 0);

    for (int bytes : List.of(1, 50, 1000, 1 << 20)) {
      for (int prefetch : List.of(0, 3)) {
        assertThat(
                rows(read.option("maxBatchBytes", bytes).option("prefetch", prefetch).load(path())))
            .as("maxBatchBytes=%d prefetch=%d", bytes, prefetch)
            .containsExactlyInAnyOrderElementsOf(expected);
      }
    }
    assertThat(read.load(path()).count()).isEqualTo(expected.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void whatFollowsARowThatIsLargerThanABatchIsReadToo(String mode) throws IOException {
    images("a.npz", false);
    images("b.npz", true);
    DataFrameReader read = s3dlio(mode).option("decode", "npz").option("maxPartitionBytes", "1mb");

    List<String> expected = rows(read.load(path()));

    assertThat(expected).hasSize(4);
    for (String arrays : List.of("x,y", "y,x")) {
      for (int bytes : List.of(1, 5, 23)) {
        assertThat(rows(read.option("maxBatchBytes", bytes).option("arrays", arrays).load(path())))
            .as("%s, maxBatchBytes=%d", arrays, bytes)
            .extracting(row -> row.replaceFirst(" \\d:", ":"))
            .containsExactlyInAnyOrderElementsOf(
                expected.stream().map(row -> row.replaceFirst(" \\d:", ":")).toList());
      }
    }
  }

  /** Large enough that they are not held, but read range by range. */
  @ParameterizedTest
  @CsvSource({"columnar,false", "columnar,true", "rows,false", "rows,true"})
  void largeArraysAreReadInRangesAndSamples(String mode, boolean deflated) throws IOException {
    int samples = 50;
    int length = 100_001;
    byte[] images = new byte[samples * length];
    for (int i = 0; i < images.length; i++) {
      images[i] = (byte) (i * 31 + i / length);
    }
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("images", npy("|i1", false, samples + ", " + length, images));
    members.put("x", npy("|i1", false, length + ", " + samples, images));
    npz(directory.resolve("a.npz"), deflated, members);

    Dataset<Row> read =
        s3dlio(mode)
            .option("decode", "npz")
            .option("rowPerSample", true)
            .option("maxBatchBytes", 1 << 20)
            .option("range.minSplitSize", 30_000)
            .option("range.chunkSize", 30_000)
            .load(path());

    List<Row> rows = read.select("name", "index", "data").collectAsList();
    assertThat(rows).hasSize(2 * samples);
    for (Row row : rows) {
      boolean last = row.getString(0).equals("x");
      int sample = (int) row.getLong(1);
      byte[] data = (byte[]) row.get(2);
      assertThat(data).hasSize(length);
      for (int i = 0; i < length; i++) {
        int at = last ? i * samples + sample : sample * length + i;
        if (data[i] != images[at]) {
          assertThat(data[i]).as("%s, byte %d", row, i).isEqualTo(images[at]);
        }
      }
    }
  }

  @Test
  void onlyTheObjectsThatAFilterLeavesAreOpened() throws IOException {
    images("a.npz", false);
    images("b.npz", false);
    Files.write(directory.resolve("c.npz"), counted(0, 30));

    Dataset<Row> read = withOptions("decode=npz").load(path());

    assertThat(read.where("path like '%/a.npz'").count()).isEqualTo(2);
    assertThat(read.where("length > 100 and name = 'y'").select("index", "length").collectAsList())
        .extracting(row -> row.getLong(0))
        .containsExactly(1L, 1L);
    assertThatThrownBy(read::count).hasStackTraceContaining("c.npz");
  }

  @Test
  void rowsAreCountedInObjectsAndNotInTheListing() throws IOException {
    images("a.npz", false);
    images("b.npz", false);
    Dataset<Row> read = withOptions("decode=npz").load(path());

    assertThat(read.count()).isEqualTo(4);
    assertThat(read.limit(3).collectAsList()).hasSize(3);
    assertThat(read.offset(1).collectAsList()).hasSize(3);
    assertThat(read.groupBy("name").count().collectAsList()).hasSize(2);
    assertThat(read.agg(Map.of("length", "max")).first().getLong(0))
        .isEqualTo(Files.size(directory.resolve("a.npz")));
  }

  @Test
  void hiddenColumnsTellOfTheObject() throws IOException {
    Path file = images("k=7/a.npz", false);

    Row row =
        s3dlio("columnar")
            .option("decode", "npz")
            .option("partitionColumns", "k int")
            .load(path())
            .selectExpr("k", "length", "_metadata.file_name", "_parent", "index", "data")
            .where("k = 7 and index = 1")
            .first();

    assertThat(row.getInt(0)).isEqualTo(7);
    assertThat(row.getLong(1)).isEqualTo(Files.size(file));
    assertThat(row.getString(2)).isEqualTo("a.npz");
    assertThat(row.getString(3)).endsWith("/k=7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withOptions("decode=npz,partitionColumns=dtype int").load(path()))
        .withMessage("Invalid partition column: 'dtype' (there is a column of that name)");
    assertThatThrownBy(() -> withOptions("decode=npz").load(path()).select("content"))
        .hasMessageContaining("content");
  }

  @Test
  void metricsCountObjectsAndData() throws IOException {
    images("a.npz", false);
    images("b.npz", true);
    Dataset<Row> read = s3dlio("columnar").option("decode", "npz").load(path()).select("data");

    read.collectAsList();

    assertThat(metric(read, "objects")).isEqualTo(2);
    assertThat(metric(read, "contentBytes")).isEqualTo(2 * (24 + 32));
    assertThat(metric(read, "ranges")).isEqualTo(2);
  }

  @Test
  void whatIsDamagedIsToldWithItsPlace() throws IOException {
    byte[] whole = Files.readAllBytes(images("a.npz", false));
    Files.write(directory.resolve("a.npz"), Arrays.copyOf(whole, whole.length - 30));
    assertThatThrownBy(() -> withOptions("decode=npz").load(path()).collectAsList())
        .hasStackTraceContaining(
            "CorruptException: Cannot decode file://" + path() + "/a.npz: at byte");

    byte[] flipped = whole.clone();
    flipped[10 + 30 + 128] ^= 1;
    Files.write(directory.resolve("a.npz"), flipped);
    assertThat(withOptions("decode=npz").load(path()).collectAsList()).hasSize(2);
    assertThatThrownBy(() -> withOptions("decode=npz,verifyCrc=true").load(path()).collectAsList())
        .hasStackTraceContaining("CRC-32");
  }

  @Test
  void missingObjectsAreAnErrorUnlessTheyMayBe() throws IOException {
    images("a.npz", false);
    images("b.npz", false);
    Dataset<Row> strict = withOptions("decode=npz").load(path());
    Dataset<Row> lenient = withOptions("decode=npz,ignoreMissingFiles=true").load(path());
    assertThat(strict.count() + lenient.count()).isEqualTo(8);

    Files.delete(directory.resolve("b.npz"));

    assertThat(lenient.collectAsList()).hasSize(2);
    assertThatThrownBy(strict::collectAsList)
        .hasStackTraceContaining("It was there when the read was planned");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "decode=zip | Invalid decode: 'zip' (must be one of none, auto, npz, npy, hdf5, tfrecord)",
        "arrays=x | Invalid option: 'arrays' (it is of npz and hdf5, and the read has decode=none)",
        "decode=npy,arrays=x | (it is of npz and hdf5, and the read has decode=npy)",
        "decode=npz,arrays=x;x | must be different names with commas between",
        "rowPerSample=true | (it is of arrays, and the read has decode=none)",
        "decode=npz,sampleAxis=0 | (it is of rowPerSample, which is not set)",
        "decode=npz,batchSize=3 | (it is of objects as they are, and the read has decode=npz)",
        "decode=npz,chunkBytes=3 | (it is of objects as they are, and the read has decode=npz)",
        "decode=npy,verifyCrc=true | (it is of tfrecord and npz, and the read has decode=npy)",
        "decode=npz,mode=failfast | (it is of tfrecord, and the read has decode=npz)"
      })
  void optionsThatMeanNothingAreRefused(String options, String message) throws IOException {
    images("a.npz", false);
    DataFrameReader read = s3dlio("columnar");
    for (String option : options.split(",")) {
      read.option(option.split("=")[0], option.split("=")[1].replace(';', ','));
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read.load(path()).collectAsList())
        .withMessageContaining(message);
  }

  @Test
  void aGivenSchemaHasToBeOurs() throws IOException {
    images("a.npz", false);
    Dataset<Row> read = withOptions("decode=npz").load(path());

    assertThat(withOptions("decode=npz").schema(read.schema()).load(path()).count()).isEqualTo(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withOptions("decode=npz").schema("x binary").load(path()).count())
        .withMessageContaining("Invalid schema: x BINARY (s3dlio reads path STRING");
  }

  @Test
  void aTableOfTheCatalogHasItsOwnDecoding() throws IOException {
    images("a.npz", false);
    SparkSession spark = LocalSpark.session();
    spark.sql(
        "CREATE TABLE arrays USING s3dlio OPTIONS (decode 'npz', rowPerSample true) LOCATION '%s'"
            .formatted(directory));
    try {
      assertThat(spark.sql("SELECT count(*), max(index) FROM arrays WHERE name = 'x'").first())
          .isEqualTo(RowFactory.create(4L, 3L));
    } finally {
      spark.sql("DROP TABLE arrays");
    }
  }

  @Test
  void anArrayWithoutSuchAnAxisIsToldByItsName() throws IOException {
    npz(
        directory.resolve("a.npz"),
        false,
        Collections.singletonMap("n", npy("|u1", false, "", counted(5, 1))));

    assertThat(rows(withOptions("decode=npz").load(path()))).containsExactly("n |u1 [] 0: 5");
    assertThatThrownBy(
            () -> withOptions("decode=npz,rowPerSample=true").load(path()).collectAsList())
        .hasStackTraceContaining("the array 'n' has no samples: Invalid axis: 0 (the array has 0)");
  }
}
