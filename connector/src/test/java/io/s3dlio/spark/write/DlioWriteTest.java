package io.s3dlio.spark.write;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.format.TfRecordSplit;
import io.s3dlio.format.TfRecordSplits;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes of TFRecords, and the names and folders that DLIO looks for. */
class DlioWriteTest {
  private final SparkSession spark = LocalSpark.session();
  private final Path dir;

  DlioWriteTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private DataFrameWriter<Row> writer(Dataset<?> rows) {
    return rows.toDF().write().format("s3dlio").mode("append").option("objectSize", "10k");
  }

  private DataFrameWriter<Row> indexed(int objects, int tasks) {
    return writer(spark.range(0, objects, 1, tasks))
        .option("objectName", "{}.tfrecord")
        .option("objectType", "tfrecord")
        .option("recordsPerObject", 7)
        .option("tfrecordIndex", true);
  }

  private DataFrameWriter<Row> dlio(int objects) {
    return writer(spark.range(0, objects, 1, 3))
        .option("objectType", "npz")
        .option("layout", "dlio")
        .option("numFilesTrain", 10)
        .option("numFilesEval", 4);
  }

  private ByteBuffer index(long id) {
    var source = new ObjectSpec(id, "any", 10 << 10, ObjectType.TFRECORD, 7).recordIndex();
    ByteBuffer bytes = ByteBuffer.allocate((int) source.length());
    source.fill(0, bytes);
    return bytes.flip();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void everyObjectHasItsIndexBesideIt(int tasks) throws IOException {
    indexed(20, tasks).save(dir.toString());

    Map<String, ByteBuffer> objects = WrittenFiles.objects(dir);
    assertThat(objects).hasSize(40);
    for (int id = 0; id < 20; id++) {
      assertThat(objects).containsEntry(id + ".tfrecord.idx", index(id));
    }
  }

  @Test
  void theIndexCutsTheObjectIntoItsRecords() throws IOException {
    indexed(1, 1).save(dir.toString());

    try (ObjectStore store = ObjectStores.forUri(dir.toString())) {
      ObjectInfo object = store.stat(Location.parse(dir + "/0.tfrecord"));
      ObjectInfo index = store.stat(Location.parse(dir + "/0.tfrecord.idx"));
      List<TfRecordSplit> records = TfRecordSplits.byIndex(store, index, object, 1);
      assertThat(records).hasSize(7).isEqualTo(TfRecordSplits.byHopping(store, object, 1, true));
    }
  }

  @Test
  void theManifestNamesIndexesToo() throws IOException {
    indexed(5, 2).save(dir.toString());

    Manifest manifest = WrittenFiles.manifests(dir).get(0);
    List<ManifestEntry> entries = WrittenFiles.entries(dir, manifest);
    assertThat(entries)
        .extracting(ManifestEntry::name)
        .containsExactlyInAnyOrder(
            IntStream.range(0, 5)
                .boxed()
                .flatMap(id -> Stream.of(id + ".tfrecord", id + ".tfrecord.idx"))
                .toArray(String[]::new));
    assertThat(entries).allMatch(entry -> entry.specSize() == 10 << 10);
    assertThat(entries)
        .filteredOn(entry -> entry.name().endsWith(".idx"))
        .allMatch(entry -> entry.objectType().equals("tfrecord_index") && entry.size() < 200);
  }

  @Test
  void writingAgainFindsTheSameIndexes() throws IOException {
    indexed(5, 2).save(dir.toString());
    indexed(5, 1).save(dir.toString());

    assertThat(WrittenFiles.objects(dir)).hasSize(10);
    assertThat(WrittenFiles.manifests(dir)).allMatch(manifest -> manifest.count() == 10);
  }

  @Test
  void anotherIndexIsNotReplacedUnlessThatIsAllowed() throws IOException {
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("3.tfrecord.idx"), "0 1\n");

    assertThatThrownBy(() -> indexed(5, 2).save(dir.toString()))
        .hasStackTraceContaining("3.tfrecord.idx");
    indexed(5, 2).option("onExisting", "skip").save(dir.toString());
    assertThat(dir.resolve("3.tfrecord.idx")).hasContent("0 1\n");
    indexed(5, 2).option("onExisting", "overwrite").save(dir.toString());
    assertThat(WrittenFiles.objects(dir)).containsEntry("3.tfrecord.idx", index(3));
  }

  @Test
  void anObjectThatIsLeftGetsNoIndex() throws IOException {
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("3.tfrecord"), "not ours");

    indexed(5, 2).option("onExisting", "skip").save(dir.toString());

    assertThat(dir.resolve("3.tfrecord.idx")).doesNotExist();
    assertThat(WrittenFiles.objects(dir)).hasSize(9);
  }

  @Test
  void overwritingKeepsTheIndexesOfTheJob() throws IOException {
    indexed(9, 2).save(dir.toString());
    indexed(5, 2).mode("overwrite").option("overwritePrefix", true).save(dir.toString());

    assertThat(WrittenFiles.objects(dir)).hasSize(10).containsEntry("4.tfrecord.idx", index(4));
  }

  @Test
  void objectsOfOtherTypesHaveNoIndex() throws IOException {
    Dataset<Row> rows =
        spark
            .range(0, 4, 1, 2)
            .withColumn("object_type", when(col("id").equalTo(2), "tfrecord").otherwise("npz"));
    writer(rows).option("objectName", "{}").option("tfrecordIndex", true).save(dir.toString());

    assertThat(WrittenFiles.objects(dir)).containsOnlyKeys("0", "1", "2", "2.idx", "3");
  }

  @Test
  void dlioFindsItsFoldersAndNothingElseInThem() throws IOException {
    dlio(14).option("numSubfoldersEval", 2).option("filePrefix", "part").save(dir.toString());

    assertThat(WrittenFiles.names(dir))
        .filteredOn(name -> !name.startsWith("_"))
        .containsExactly(
            Stream.concat(
                    IntStream.range(0, 10).mapToObj(i -> "train/part_0%d_of_10.npz".formatted(i)),
                    Stream.of(0, 2, 1, 3).map(i -> "valid/%d/part_%d_of_4.npz".formatted(i % 2, i)))
                .toArray(String[]::new));
    assertThat(dir).isDirectoryContaining(path -> path.endsWith("_SUCCESS"));
    assertThat(dir).isDirectoryContaining(path -> path.endsWith("_s3dlio"));
  }

  @Test
  void indexesOfDlioAreInAFolderOfTheirOwn() throws IOException {
    dlio(14)
        .option("objectType", "tfrecord")
        .option("recordsPerObject", 7)
        .option("tfrecordIndex", true)
        .option("numSubfoldersTrain", 3)
        .save(dir.toString());

    assertThat(WrittenFiles.objects(dir))
        .hasSize(28)
        .containsKey("train/1/img_04_of_10.tfrecord")
        .containsEntry("index/train/img_04_of_10.tfrecord.idx", index(4))
        .containsEntry("index/valid/img_1_of_4.tfrecord.idx", index(11));
  }

  @Test
  void anIdBeyondTheFilesOfDlioIsAnError() {
    assertThatThrownBy(() -> dlio(15).save(dir.toString()))
        .hasStackTraceContaining(
            "Cannot write the row with id 14: Invalid index: 14 (there are 10");
  }

  @ParameterizedTest
  @CsvSource({
    "objectName, x_{}, Invalid option: 'objectName' (layout=dlio names the objects)",
    "objectCount, 14, Invalid option: 'objectCount' (with layout=dlio",
    "objectType, random, Invalid objectType: 'random' (DLIO reads",
    "numSubfoldersTrain, 1, Invalid numSubfoldersTrain: 1 (must be 0",
    "numFilesTrain, '', Invalid layout: 'dlio' (it needs numFilesTrain",
    "layout, template, Invalid option: 'numFilesTrain' (it belongs to layout=dlio)",
    "tfrecordIndex, true, Invalid option: 'tfrecordIndex' (objects of the type npz have no index)",
  })
  void whatMeansNothingIsRefused(String option, String value, String message) {
    assertThatThrownBy(() -> dlio(14).option(option, value).save(dir.toString()))
        .hasStackTraceContaining(message);
    assertThat(dir).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "object_type"})
  void columnsThatNameObjectsOrTheirTypesAreRefused(String column) {
    Dataset<Row> rows = spark.range(0, 14).withColumn(column, lit("npz"));
    assertThatThrownBy(
            () ->
                writer(rows)
                    .option("layout", "dlio")
                    .option("objectType", "npz")
                    .option("numFilesTrain", 14)
                    .save(dir.toString()))
        .hasStackTraceContaining("Cannot write rows: layout=dlio names the objects");
  }
}
