package io.s3dlio.spark.write;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.ForkedSpark;
import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.checkpoint.Checkpoint;
import io.s3dlio.storage.checkpoint.CheckpointLayout;
import io.s3dlio.storage.checkpoint.CheckpointOptions;
import io.s3dlio.storage.checkpoint.CheckpointReader;
import io.s3dlio.storage.checkpoint.CheckpointWriter;
import io.s3dlio.storage.checkpoint.Checkpoints;
import io.s3dlio.storage.checkpoint.SavedState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Checkpoints that Spark saves and loads, on local files. */
class CheckpointWriteTest {
  private static final StructType STATES =
      new StructType()
          .add("name", DataTypes.StringType)
          .add("rank", DataTypes.IntegerType)
          .add("content", DataTypes.BinaryType);

  private final SparkSession spark = LocalSpark.session();
  private final Path dir;
  private final ObjectStore store;

  CheckpointWriteTest(@TempDir Path dir) {
    this.dir = dir;
    this.store = ObjectStores.forUri(dir.toString(), StoreConfig.DEFAULT);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private static Row row(String name, int rank, String content) {
    return RowFactory.create(name, rank, content.getBytes(UTF_8));
  }

  private Dataset<Row> states(Row... rows) {
    return spark.createDataFrame(List.of(rows), STATES).repartition(3, col("name"));
  }

  private DataFrameWriter<Row> save(Dataset<Row> rows, Object step) {
    return rows.write().format("s3dlio").option("checkpoint", String.valueOf(step)).mode("append");
  }

  private DataFrameReader load(Object step) {
    return spark.read().format("s3dlio").option("checkpoint", String.valueOf(step));
  }

  private List<Row> rows(Object step) {
    return load(step)
        .load(dir.toString())
        .selectExpr("name", "rank", "cast(content as string)", "length")
        .orderBy("rank", "name")
        .collectAsList();
  }

  private CheckpointReader reader() {
    return CheckpointReader.open(store, dir.toString());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .toList();
    }
  }

  @Test
  void whatSparkSavesSparkAndProgramsLoad() throws IOException {
    save(states(row("model", 0, "m0"), row("model", 1, "m1"), row("opt/ä=1", 1, "o1")), "next")
        .save(dir.toString());

    assertThat(rows("latest"))
        .containsExactly(
            RowFactory.create("model", 0, "m0", 2L),
            RowFactory.create("model", 1, "m1", 2L),
            RowFactory.create("opt/ä=1", 1, "o1", 2L));
    Checkpoint latest = reader().latest().orElseThrow();
    assertThat(latest.step()).isZero();
    assertThat(latest.manifest().worldSize()).isEqualTo(2);
    assertThat(UTF_8.decode(latest.loadState("model", 1)).toString()).isEqualTo("m1");
    assertThat(UTF_8.decode(latest.loadState("opt/ä=1")).toString()).isEqualTo("o1");

    save(states(row("model", 0, "next")), "next").save(dir.toString());
    assertThat(reader().steps()).containsExactly(0L, 1L);
    assertThat(rows("latest")).containsExactly(RowFactory.create("model", 0, "next", 4L));
    assertThat(rows(0)).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource(CheckpointLayout.class)
  void whatProgramsSaveSparkLoads(CheckpointLayout layout) throws IOException {
    String odd = "layer.0/we ight%20=ü😀";
    for (int rank = 0; rank < 3; rank++) {
      CheckpointOptions options =
          CheckpointOptions.DEFAULT.withStep(7).withRank(rank, 3, "shared").withLayout(layout);
      try (CheckpointWriter writer = CheckpointWriter.open(store, dir.toString(), options)) {
        writer.saveState(odd, ByteBuffer.wrap(("rank " + rank).getBytes(UTF_8)));
        writer.finish();
      }
    }

    Dataset<Row> loaded = load(7).load(dir.toString());
    assertThat(loaded.columns())
        .containsExactly("path", "modificationTime", "length", "offset", "content", "rank", "name");
    assertThat(rows(7))
        .containsExactly(
            RowFactory.create(odd, 0, "rank 0", 6L),
            RowFactory.create(odd, 1, "rank 1", 6L),
            RowFactory.create(odd, 2, "rank 2", 6L));
    assertThat(
            loaded
                .where("rank >= 1 and name like 'layer%'")
                .where("rank < 2")
                .select("rank")
                .collectAsList())
        .containsExactly(RowFactory.create(1));
    assertThat(loaded.count()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"flat", "roundrobin", "hashed"})
  void aJobThatFailsLeavesNothingAndThePreviousOneLoadable(String layout) throws IOException {
    save(states(row("model", 0, "good")), 1).save(dir.toString());
    List<Path> before = files();
    Dataset<Row> failing =
        spark
            .range(0, 40, 1, 4)
            .selectExpr(
                "concat('state-', id) as name",
                "cast(if(id = 39, raise_error('injected'), id) as string) as text")
            .selectExpr("name", "cast(text as binary) as content");

    assertThatThrownBy(
            () -> save(failing, 2).option("checkpointLayout", layout).save(dir.toString()))
        .hasStackTraceContaining("injected");

    assertThat(files()).containsExactlyInAnyOrderElementsOf(before);
    assertThat(rows("latest")).containsExactly(RowFactory.create("model", 0, "good", 4L));
    assertThat(reader().steps()).containsExactly(1L);
  }

  @Test
  void aStepIsSavedOnceUnlessItIsToBeReplaced() throws IOException {
    save(states(row("model", 0, "first")), 5).save(dir.toString());
    List<Path> before = files();

    assertThatThrownBy(() -> save(states(row("model", 0, "second")), 5).save(dir.toString()))
        .hasStackTraceContaining("step 5 has a complete checkpoint");
    assertThat(files()).containsExactlyInAnyOrderElementsOf(before);

    save(states(row("model", 0, "third")), 5)
        .option("onExisting", "overwrite")
        .save(dir.toString());
    assertThat(rows(5)).containsExactly(RowFactory.create("model", 0, "third", 5L));

    save(states(row("model", 0, "older")), 4).save(dir.toString());
    assertThat(rows("latest")).as("the latest moves forward alone").hasSize(1);
    assertThat(rows("latest").get(0).getString(2)).isEqualTo("third");
  }

  @Test
  void aTableReadsTheCheckpointThatWasTheLatestWhenItWasLoaded() {
    save(states(row("model", 0, "one")), "next").save(dir.toString());
    Dataset<Row> table = load("latest").load(dir.toString());
    assertThat(table.count()).isEqualTo(1);
    save(states(row("model", 0, "two"), row("more", 0, "two")), "next").save(dir.toString());

    assertThat(table.selectExpr("cast(content as string)").collectAsList())
        .containsExactly(RowFactory.create("one"));
    assertThat(load("latest").load(dir.toString()).count()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "columnar, false, true",
    "columnar, false, false",
    "rows, false, true",
    "columnar, true, true"
  })
  void contentThatIsNotWhatWasSavedFailsTheRead(
      String readMode, boolean shuffle, boolean sameLength) throws IOException {
    save(states(row("model", 0, "good"), row("other", 0, "fine")), 1).save(dir.toString());
    SavedState state = reader().at(1).state("model").info();
    Files.writeString(
        Path.of("/" + reader().at(1).location(state).key()), sameLength ? "bad!" : "short");

    String message =
        sameLength
            ? "it has the CRC-32C"
            : "it has 5 bytes and the manifest of checkpoint 1 says 4";
    assertThatThrownBy(
            () ->
                load(1)
                    .option("readMode", readMode)
                    .option("shuffle", shuffle)
                    .load(dir.toString())
                    .select("content")
                    .collectAsList())
        .hasStackTraceContaining("name=model")
        .hasStackTraceContaining(message);
    if (sameLength) {
      assertThat(load(1).load(dir.toString()).select("name").collectAsList())
          .as("nothing is read of columns that nobody asked for")
          .hasSize(2);
    }
  }

  @Test
  void aStateThatIsGoneFailsTheReadByItsPlace() throws IOException {
    save(states(row("model", 0, "good")), 1).save(dir.toString());
    SavedState state = reader().at(1).state("model").info();
    Files.delete(Path.of("/" + reader().at(1).location(state).key()));

    assertThatThrownBy(() -> load(1).load(dir.toString()).count())
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("name=model")
        .hasMessageContaining("the manifest of checkpoint 1 names it");
  }

  @Test
  void whereThereIsNoCheckpointThereIsNoPath() {
    for (Object step : List.of("latest", 3)) {
      assertThatThrownBy(() -> load(step).load(dir.toString()).count())
          .isInstanceOf(AnalysisException.class)
          .hasMessageContaining("no complete checkpoint");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "objectSize|1k|'objectSize'",
        "encode|tfrecord|'encode'",
        "layout|dlio|'layout'",
        "overwritePrefix|true|'overwritePrefix'",
        "onExisting|skip|Invalid onExisting: 'skip'",
        "checkpoint|-1|must be next or a step",
        "checkpoint|latest|must be next or a step",
        "checkpointLayout|random|flat, roundrobin, hashed",
      })
  void whatMeansNothingInASaveIsRefused(String option, String value, String message) {
    assertThatThrownBy(
            () -> save(states(row("a", 0, "b")), 1).option(option, value).save(dir.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theLayoutOfCheckpointsMeansNothingInOtherWrites() {
    assertThatThrownBy(
            () ->
                spark
                    .sql("select 'a' name, X'01' content")
                    .write()
                    .format("s3dlio")
                    .option("checkpointLayout", "hashed")
                    .mode("append")
                    .save(dir.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'checkpointLayout'");
  }

  @Test
  void checkpointsAreNotOverwrittenAsAPath() {
    assertThatThrownBy(
            () ->
                save(states(row("a", 0, "b")), 1)
                    .option("overwritePrefix", true)
                    .mode("overwrite")
                    .save(dir.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("with a checkpoint: the others would be lost");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "manifest|/x/list.csv|manifest and checkpoint both name",
        "basePath|/|'basePath'",
        "partitionColumns|rank int|'partitionColumns'",
        "pathGlobFilter|*|'pathGlobFilter'",
        "recursiveFileLookup|false|'recursiveFileLookup'",
        "checkpoint|next|must be latest or a step",
      })
  void whatMeansNothingInALoadIsRefused(String option, String value, String message) {
    assertThatThrownBy(() -> load(1).option(option, value).load(dir.toString()).count())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void checkpointsOfOnePathAreLoaded() {
    assertThatThrownBy(() -> load(1).load(dir + "/a", dir + "/b").count())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the load has 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select cast(null as string) name, X'01' content|its name is null",
        "select 'a' name, cast(null as binary) content|content is null",
        "select 'a' name, X'01' content, -1 rank|its rank is -1",
        "select 'a' name, X'01' content, cast(null as int) rank|its rank is null",
        "select '../a' name, X'01' content|Invalid name: '../a'",
        "select 'a' name, X'01' content from range(2)|'a'",
        "select 'a' name, X'01' content where false|has no state",
        "select 'a' name, X'01' content, 1 size|unknown column 'size'",
        "select 'a' name|need the columns",
        "select 'a' name, 'b' content|not BINARY",
      })
  void rowsThatAreNoStatesFailTheSave(String query, String message) throws IOException {
    assertThatThrownBy(() -> save(spark.sql(query), 1).save(dir.toString()))
        .hasStackTraceContaining(message);

    assertThat(files()).isEmpty();
  }

  @Test
  void aStateOfTwoTasksFailsTheSave() throws IOException {
    Dataset<Row> twice = spark.range(0, 2, 1, 2).selectExpr("'a' as name", "X'01' as content");

    assertThatThrownBy(() -> save(twice, 1).save(dir.toString()))
        .hasStackTraceContaining("'a' of rank 0 (it is there twice)");

    assertThat(files()).isEmpty();
  }

  @Test
  void whenTheDriverIsKilledThePreviousOneStays() throws Exception {
    save(states(row("model", 0, "good")), 1).save(dir.toString());
    Process driver =
        ForkedSpark.start("exec \"$@\"", KilledDriver.class, dir.toString(), "checkpoint");
    StringBuilder output = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(driver.getInputStream(), UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.equals("waiting")) {
        output.append(line).append('\n');
        line = lines.readLine();
      }
      assertThat(line).as(output.toString()).isEqualTo("waiting");
      driver.destroyForcibly().waitFor();
    }
    assertThat(files()).as("it had saved states").hasSizeGreaterThan(4);

    assertThat(rows("latest")).containsExactly(RowFactory.create("model", 0, "good", 4L));
    save(states(row("model", 0, "after")), "next").save(dir.toString());
    assertThat(rows("latest")).containsExactly(RowFactory.create("model", 0, "after", 5L));
    assertThat(Checkpoints.prune(store, Location.parse(dir.toString()), 1).deadAttempts())
        .isEqualTo(1);
    assertThat(files()).hasSize(3);
    assertThat(rows("latest")).containsExactly(RowFactory.create("model", 0, "after", 5L));
  }
}
