package io.s3dlio.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Compression;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.checkpoint.CheckpointOptions;
import io.s3dlio.storage.checkpoint.CheckpointReader;
import io.s3dlio.storage.checkpoint.CheckpointWriter;
import io.s3dlio.testing.NoLeaks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Checkpoints that Spark saves and loads on every cloud's store. */
@ExtendWith(NoLeaks.class)
abstract class CheckpointContract {
  /** Before any test: what it holds is no leak. */
  private static final SparkSession SPARK = LocalSpark.session();

  private final SparkSession spark = SPARK;
  private final Cloud cloud;
  private final CloudFolder folder;
  private final String uri;

  CheckpointContract(Cloud cloud) throws IOException {
    this.cloud = cloud;
    this.folder = cloud.folder();
    this.uri = folder.uri();
  }

  private DataFrameWriter<Row> save(Dataset<Row> rows, String checkpoint) {
    return rows.write()
        .format("s3dlio")
        .mode("append")
        .options(cloud.options())
        .option("checkpoint", checkpoint);
  }

  private DataFrameReader load(String checkpoint) {
    return spark.read().format("s3dlio").options(cloud.options()).option("checkpoint", checkpoint);
  }

  private ObjectStore store() {
    return ObjectStores.forUri(
        uri,
        ResolvedOptions.forRead(cloud.options(), Map.of())
            .storeConfig(List.of(Location.parse(uri))));
  }

  private Dataset<Row> states(String text) {
    return spark
        .range(0, 12, 1, 4)
        .selectExpr(
            "concat('layer.', id div 3) as name",
            "cast(id % 3 as int) as rank",
            "cast(concat('%s ', id) as binary) as content".formatted(text));
  }

  @Test
  void whatSparkSavesSparkAndProgramsLoad() throws IOException {
    save(states("first"), "next").option("checkpointLayout", "hashed").save(uri);
    save(states("second"), "next").option("checkpointLayout", "roundrobin").save(uri);

    List<Row> loaded =
        load("latest")
            .load(uri)
            .where("rank = 2")
            .selectExpr("name", "cast(content as string)")
            .orderBy("name")
            .collectAsList();
    assertThat(loaded)
        .containsExactly(
            RowFactory.create("layer.0", "second 2"),
            RowFactory.create("layer.1", "second 5"),
            RowFactory.create("layer.2", "second 8"),
            RowFactory.create("layer.3", "second 11"));
    try (ObjectStore store = store()) {
      CheckpointReader reader = CheckpointReader.open(store, uri);
      assertThat(reader.steps()).containsExactly(0L, 1L);
      assertThat(UTF_8.decode(reader.loadState("layer.3", 0)).toString()).isEqualTo("second 9");
      assertThat(UTF_8.decode(reader.at(0).loadState("layer.3", 0)).toString())
          .isEqualTo("first 9");
    }
  }

  @Test
  void aStateOfSeveralPartsComesBack() throws IOException {
    int size = (11 << 20) + 7;
    Dataset<Row> large =
        spark.sql(
            "select 'large' name, cast(repeat('0123456', %d) as binary) content"
                .formatted(size / 7));
    save(large, "3").option("partSize", "5m").save(uri);

    assertThat(
            load("3")
                .load(uri)
                .selectExpr(
                    "length", "crc32(content) = crc32(repeat('0123456', %d))".formatted(size / 7))
                .collectAsList())
        .containsExactly(RowFactory.create((long) size / 7 * 7, true));
  }

  @Test
  void aJobThatFailsLeavesNothingAndThePreviousOneLoadable() throws IOException {
    save(states("good"), "1").save(uri);
    List<String> before = folder.names();
    Dataset<Row> failing =
        states("bad")
            .selectExpr(
                "name",
                "rank",
                "if(name = 'layer.3' and rank = 2, cast(raise_error('injected') as binary), content) as content");

    assertThatThrownBy(() -> save(failing, "2").save(uri)).hasStackTraceContaining("injected");

    assertThat(folder.names()).isEqualTo(before);
    assertThat(folder.unfinished()).isEmpty();
    assertThat(load("latest").load(uri).where("cast(content as string) like 'good %'").count())
        .isEqualTo(12);
  }

  @Test
  void compressedStatesAreRefusedWithWhatLoadsThem() throws IOException {
    try (ObjectStore store = store();
        CheckpointWriter writer =
            CheckpointWriter.open(
                store,
                uri,
                CheckpointOptions.DEFAULT.withWriterOptions(
                    WriterOptions.DEFAULT.withCompression(Compression.zstd())))) {
      writer.saveState("model", ByteBuffer.wrap(new byte[1000]));
      writer.finish();
    }

    assertThatThrownBy(() -> load("latest").load(uri).count())
        .hasMessageContaining("the state 'model' of rank 0 is compressed")
        .hasMessageContaining("CheckpointReader");
  }
}
