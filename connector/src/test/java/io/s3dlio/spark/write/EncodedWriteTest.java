package io.s3dlio.spark.write;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.format.TfFeature;
import io.s3dlio.format.TfRecordReader;
import io.s3dlio.format.TfRecordSplit;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows as files; what these hold to those who read such is for the tests in Python. */
class EncodedWriteTest {
  private static final String NAME =
      "part-0000%s-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-c00%s\\.%s";

  private final SparkSession spark = LocalSpark.session();
  private final Path dir;

  EncodedWriteTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private static DataFrameWriter<Row> writer(Dataset<?> rows, String format) {
    return rows.toDF().write().format("s3dlio").mode("append").option("encode", format);
  }

  private List<String> files() throws IOException {
    return List.copyOf(WrittenFiles.objects(dir).keySet());
  }

  private List<Map<String, TfFeature>> examples(String name) throws IOException {
    Location location = Location.parse(dir + "/" + name);
    List<Map<String, TfFeature>> examples = new ArrayList<>();
    try (ObjectStore store = ObjectStores.forLocation(location, StoreConfig.DEFAULT)) {
      ObjectInfo object = store.stat(location);
      TfRecordSplit all = new TfRecordSplit(0, object.length());
      try (TfRecordReader reader =
          new TfRecordReader(store, object, all, true, TfRecordReader.MAX_LENGTH)) {
        while (reader.next()) {
          examples.add(reader.example());
        }
      }
    }
    return examples;
  }

  private List<Long> ids() throws IOException {
    List<Long> ids = new ArrayList<>();
    for (String file : files()) {
      for (Map<String, TfFeature> example : examples(file)) {
        ids.add(((TfFeature.Int64s) requireNonNull(example.get("id"))).values().get(0));
      }
    }
    return ids.stream().sorted().toList();
  }

  private static List<Long> numbers(long start, long end) {
    return LongStream.range(start, end).boxed().toList();
  }

  @Test
  void aPartitionIsAFileAndTheManifestNamesIt() throws IOException {
    writer(spark.range(0, 10, 1, 2), "tfrecord").save(dir.toString());

    assertThat(files())
        .satisfiesExactly(
            name -> assertThat(name).matches(NAME.formatted(0, 0, "tfrecord")),
            name -> assertThat(name).matches(NAME.formatted(1, 0, "tfrecord")));
    assertThat(ids()).isEqualTo(numbers(0, 10));
    assertThat(WrittenFiles.remains(dir)).isEmpty();
    assertThat(dir.resolve("_SUCCESS")).exists();
    Manifest manifest = WrittenFiles.manifests(dir).get(0);
    List<ManifestEntry> expected = new ArrayList<>();
    for (String name : files()) {
      byte[] content = Files.readAllBytes(dir.resolve(name));
      CRC32C crc = new CRC32C();
      crc.update(content);
      expected.add(ManifestEntry.content(name, content.length, (int) crc.getValue()));
    }
    assertThat(WrittenFiles.entries(dir, manifest)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void everyFileHasSoManyRowsAtMost() throws IOException {
    writer(spark.range(0, 10, 1, 1), "tfrecord")
        .option("maxRecordsPerFile", 4)
        .save(dir.toString());

    List<Integer> counts = new ArrayList<>();
    for (String file : files()) {
      counts.add(examples(file).size());
    }
    assertThat(counts).containsExactly(4, 4, 2);
    assertThat(ids()).isEqualTo(numbers(0, 10));
  }

  @Test
  void sparksOwnSettingIsTheDefault() throws IOException {
    String setting = "spark.sql.files.maxRecordsPerFile";
    spark.conf().set(setting, 5);
    try {
      writer(spark.range(0, 10, 1, 1), "tfrecord").save(dir.toString());
    } finally {
      spark.conf().unset(setting);
    }

    assertThat(files()).hasSize(2);
  }

  @Test
  void aFileEndsWithTheRowByWhichItHasSoManyBytes() throws IOException {
    writer(spark.range(0, 10, 1, 1).selectExpr("id", "repeat('x', 1000) as text"), "tfrecord")
        .option("maxBytesPerFile", 2500)
        .save(dir.toString());

    assertThat(files()).hasSize(4);
    assertThat(ids()).isEqualTo(numbers(0, 10));
  }

  @Test
  void partitionsWithoutRowsAreNoFiles() throws IOException {
    writer(spark.range(0, 10, 1, 4).filter("id < 2"), "npz").save(dir.toString());
    writer(spark.range(0), "tfrecord").save(dir.resolve("none").toString());

    assertThat(files()).hasSize(1);
    assertThat(dir.resolve("none/_SUCCESS")).exists();
  }

  @Test
  void twoJobsAppendBesideEachOther() throws IOException {
    writer(spark.range(0, 10, 1, 2), "tfrecord").save(dir.toString());
    writer(spark.range(10, 20, 1, 2), "tfrecord").save(dir.toString());

    assertThat(files()).hasSize(4);
    assertThat(ids()).isEqualTo(numbers(0, 20));
  }

  @Test
  void overwritingReplacesWhatWasThereOnceItIsAllowed() throws IOException {
    writer(spark.range(0, 10, 1, 2), "tfrecord").save(dir.toString());
    DataFrameWriter<Row> again = writer(spark.range(10, 20, 1, 2), "tfrecord").mode("overwrite");

    assertThatThrownBy(() -> again.save(dir.toString()))
        .hasMessageContaining("Set overwritePrefix to true");
    assertThat(ids()).isEqualTo(numbers(0, 10));
    again.option("overwritePrefix", true).save(dir.toString());

    assertThat(ids()).isEqualTo(numbers(10, 20));
  }

  @Test
  void rowsGoToTheDirectoriesOfTheirValues() throws IOException {
    writer(
            spark
                .range(0, 40, 1, 2)
                .selectExpr(
                    "id",
                    "cast(id % 2 as int) as `my part`",
                    "if(id % 4 < 2, 'a/b=', null) as label",
                    "date'2024-02-29' as day",
                    "id % 2 = 0 as even",
                    "cast(1.50 as decimal(5, 2)) as price"),
            "tfrecord")
        .partitionBy("`my part`", "LABEL", "day", "even", "price")
        .save(dir.toString());

    String rest = "/day=2024-02-29/even=%s/price=1.50";
    String none = "__HIVE_DEFAULT_PARTITION__";
    assertThat(files().stream().map(name -> name.substring(0, name.lastIndexOf('/'))).distinct())
        .containsExactlyInAnyOrder(
            "my part=0/label=a%2Fb%3D" + rest.formatted(true),
            "my part=0/label=" + none + rest.formatted(true),
            "my part=1/label=a%2Fb%3D" + rest.formatted(false),
            "my part=1/label=" + none + rest.formatted(false));
    assertThat(files()).as("a task has a directory's rows together").hasSize(8);
    assertThat(examples(files().get(0)).get(0)).containsOnlyKeys("id");
    assertThat(ids()).isEqualTo(numbers(0, 40));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tfrecord", "npz"})
  void aTaskThatFailsLeavesNothing(String format) throws IOException {
    Dataset<Long> rows = spark.range(0, 10, 1, 1).filter(failing(9));

    assertThatThrownBy(
            () -> writer(rows, format).option("maxRecordsPerFile", 3).save(dir.toString()))
        .hasStackTraceContaining("planned");

    assertThat(WrittenFiles.names(dir)).isEmpty();
  }

  /** A file without a manifest would be half of a data set that looks whole. */
  @Test
  void aJobThatFailsTakesTheFilesOfTasksThatSucceeded() throws IOException {
    writer(spark.range(0, 10, 1, 2), "tfrecord").save(dir.toString());
    List<String> before = WrittenFiles.names(dir);
    // With two threads the last of the tasks begins when most of them have ended.
    Dataset<Long> rows = spark.range(0, 20, 1, 20).filter(failing(19));

    assertThatThrownBy(() -> writer(rows, "tfrecord").save(dir.toString()))
        .hasStackTraceContaining("planned");

    assertThat(WrittenFiles.names(dir)).isEqualTo(before);
  }

  private static FilterFunction<Long> failing(long last) {
    return id -> {
      if (id == last) {
        throw new IllegalStateException("planned");
      }
      return true;
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "tfrecord ; array(id, if(id = 3, null, 1)) as a ; column 'a' holds null at index 1",
        "npz ; if(id = 3, null, id) as a ; column 'a' is null, and arrays have no nulls",
        "npz ; array(id, if(id = 3, null, 1)) as a ; column 'a' holds null at index 1",
        "npz ; if(id = 3, array(1), array(1, 2)) as a ; column 'a' is <i4 of shape [1], but <i4 of"
            + " shape [2] in the file's first row; an array's samples are alike",
        "npz ; array(array(1), if(id = 3, array(), array(1))) as a ; column 'a' holds arrays of 1 and"
            + " of 0 elements; a sample is rectangular",
        "npz ; if(id = 3, X'01', X'0102') as a ; column 'a' is |u1 of shape [1], but |u1 of shape [2]",
        "npz ; if(id = 3, concat('x', char(256)), 'x') as a ; column 'a' ends with the character 0",
        "npz ; named_struct('dtype', '<f4', 'shape', array(2L), 'data', if(id = 3, X'01',"
            + " X'0000000000000000')) as a ; column 'a' has 1 bytes of data, but <f4 of shape [2] has 8",
        "npz ; named_struct('dtype', if(id = 3, '>f4', '<f4'), 'shape', array(1L), 'data',"
            + " X'00000000') as a ; column 'a' has the dtype '>f4', but tensors are little-endian",
        "npz ; named_struct('dtype', if(id = 3, 'O', '<f4'), 'shape', array(1L), 'data', X'00000000') as a ;"
            + " column 'a' has the dtype 'O': this is no dtype",
        "npz ; named_struct('dtype', '<f4', 'shape', array(if(id = 3, -1L, 1L)), 'data', X'00000000') as a ;"
            + " column 'a' has an impossible shape: <f4 of shape [-1]",
      })
  void aRowThatCannotBeEncodedIsNamed(String format, String column, String reason)
      throws IOException {
    assertThatThrownBy(
            () -> writer(spark.range(0, 5, 1, 1).selectExpr(column), format).save(dir.toString()))
        .hasStackTraceContaining("Cannot write row 3 of partition 0: " + reason);
    assertThat(WrittenFiles.names(dir)).isEmpty();
  }

  @Test
  void oneLongTextDoesNotMakeAnArchiveOfAnySize() {
    assertThatThrownBy(
            () ->
                writer(
                        spark
                            .range(0, 20_000, 1, 1)
                            .selectExpr("if(id = 19999, repeat('x', 100000), 'x') as text"),
                        "npz")
                    .save(dir.toString()))
        .hasStackTraceContaining("column 'text' makes the archive 8000000000 bytes long")
        .hasStackTraceContaining("set maxRecordsPerFile");
  }
}
