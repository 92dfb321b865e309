package io.s3dlio.spark.write;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.datagen.ObjectSource;
import io.s3dlio.datagen.ObjectSpec;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressedWriteTest {
  /** More than a part, and than a piece that is encoded at a time. */
  private static final int SIZE = 2_500_000;

  private final SparkSession spark = LocalSpark.session();
  private final Path dir;

  CompressedWriteTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private DataFrameWriter<Row> writer(Dataset<?> rows) {
    return rows.toDF()
        .write()
        .format("s3dlio")
        .mode("append")
        .option("objectName", "{}")
        .option("objectSize", SIZE)
        .option("recordsPerObject", 3)
        .option("partSize", "64k")
        .option("objectType", "tfrecord")
        .option("compression", "gzip");
  }

  private static byte[] plain(long id) {
    ObjectSource source = new ObjectSpec(id, "any", SIZE, ObjectType.TFRECORD, 3).source(0);
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    source.fill(0, bytes);
    return bytes.array();
  }

  @Test
  void objectsHoldWhatTheyHoldUncompressed() throws IOException {
    writer(spark.range(0, 4, 1, 2)).save(dir.toString());

    for (int id = 0; id < 4; id++) {
      try (InputStream in =
          new GZIPInputStream(Files.newInputStream(dir.resolve(String.valueOf(id))))) {
        assertThat(in.readAllBytes()).isEqualTo(plain(id));
      }
    }
  }

  @Test
  void theManifestTellsBothSizes() throws IOException {
    writer(spark.range(0, 4, 1, 2)).save(dir.toString());

    Manifest manifest = WrittenFiles.manifests(dir).get(0);
    List<ManifestEntry> entries = WrittenFiles.entries(dir, manifest);
    assertThat(entries).hasSize(4).allMatch(entry -> entry.specSize() == SIZE);
    for (ManifestEntry entry : entries) {
      assertThat(entry.size()).isEqualTo(Files.size(dir.resolve(entry.name()))).isNotEqualTo(SIZE);
    }
    assertThat(manifest.bytes()).isEqualTo(entries.stream().mapToLong(ManifestEntry::size).sum());
  }

  @Test
  void bytesAreTheSameHoweverManyTasksWriteThem() throws IOException {
    writer(spark.range(0, 4, 1, 1)).save(dir.resolve("one").toString());
    writer(spark.range(0, 4, 1, 4)).option("partSize", "1m").save(dir.resolve("four").toString());

    assertThat(WrittenFiles.objects(dir.resolve("four")))
        .isEqualTo(WrittenFiles.objects(dir.resolve("one")));
  }

  @Test
  void writingAgainFindsTheSameObjects() throws IOException {
    writer(spark.range(0, 3, 1, 1)).save(dir.toString());
    writer(spark.range(0, 3, 1, 2)).save(dir.toString());

    assertThat(WrittenFiles.manifests(dir)).allMatch(manifest -> manifest.count() == 3);
  }

  @ParameterizedTest
  @CsvSource({
    "objectType, npz, 'Invalid compression: ''gzip'' (of npz: none, deflate)'",
    "objectType, npy, 'Invalid compression: ''gzip'' (of npy: none)'",
    "compression, brotli, Invalid compression: 'brotli'",
    "tfrecordIndex, true, 'Invalid compression: ''gzip'' (an index tells of records that are not'",
  })
  void whatMeansNothingIsRefusedBeforeAnythingIsWritten(
      String option, String value, String message) {
    assertThatThrownBy(() -> writer(spark.range(0, 3)).option(option, value).save(dir.toString()))
        .hasStackTraceContaining(message);
    assertThat(dir).isEmptyDirectory();
  }

  private DataFrameWriter<Row> dlio(String type, String compression) {
    return spark
        .range(0, 3)
        .toDF()
        .write()
        .format("s3dlio")
        .mode("append")
        .option("layout", "dlio")
        .option("numFilesTrain", 3)
        .option("objectSize", 5000)
        .option("objectType", type)
        .option("compression", compression);
  }

  @Test
  void dlioReadsNoCompressedRecordsButImagesOfHdf5() throws IOException {
    assertThatThrownBy(() -> dlio("tfrecord", "zlib").save(dir.toString()))
        .hasStackTraceContaining(
            "Invalid compression: 'zlib' (DLIO reads no compressed TFRecords)");

    dlio("hdf5", "gzip").save(dir.toString());

    assertThat(WrittenFiles.objects(dir))
        .containsOnlyKeys(
            "train/img_0_of_3.hdf5", "train/img_1_of_3.hdf5", "train/img_2_of_3.hdf5");
  }

  @Test
  void aRowOfATypeThatIsNotCompressedSoIsNamed() {
    Dataset<Row> rows =
        spark
            .range(0, 3, 1, 1)
            .withColumn("object_type", when(col("id").equalTo(2), "npz").otherwise("tfrecord"));
    assertThatThrownBy(() -> writer(rows).save(dir.toString()))
        .hasStackTraceContaining(
            "Cannot write the row with id 2: Invalid compression: 'gzip' (of npz: none, deflate)");
  }
}
