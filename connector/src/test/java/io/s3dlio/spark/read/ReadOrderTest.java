package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.execution;
import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.ReadFixture.withOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.spark.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.datasources.v2.BatchScanExec;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of objects over all splits, their batches, and how many splits there are. */
class ReadOrderTest {
  private static final int FILES = 50;

  private final Path directory;

  ReadOrderTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void write() throws IOException {
    for (int i = 0; i < FILES; i++) {
      file(directory, "%c/%02d".formatted('a' + i % 3, i), 100 + i);
    }
  }

  private Dataset<Row> read(String mode, Map<String, String> options) {
    // Several splits, in whose order Spark collects.
    return s3dlio(mode)
        .option("maxPartitionBytes", 1000)
        .option("openCostInBytes", 0)
        .options(options)
        .load(directory.toString());
  }

  private static List<String> names(Dataset<Row> rows) {
    return rows.select("path").collectAsList().stream()
        .map(row -> row.getString(0).replaceAll(".*/", ""))
        .toList();
  }

  private List<String> listed() {
    return names(read("columnar", Map.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"columnar", "rows"})
  void aShuffleIsTheSameWheneverSeedAndEpochAre(String mode) {
    Map<String, String> options = Map.of("shuffle", "true", "seed", "7", "epoch", "3");
    Dataset<Row> rows = read(mode, options);

    List<String> names = names(rows);

    assertThat(rows.rdd().getNumPartitions()).isGreaterThan(3);
    assertThat(names).containsExactlyInAnyOrderElementsOf(listed()).isNotEqualTo(listed());
    assertThat(names(rows)).as("planned again").isEqualTo(names);
    assertThat(names(read("columnar", options))).as("another read").isEqualTo(names);
    assertThat(names(s3dlio(mode).options(options).load(directory.toString())))
        .as("other splits")
        .isEqualTo(names);
    for (Map<String, String> other :
        List.of(
            Map.of("shuffle", "true", "seed", "8", "epoch", "3"),
            Map.of("shuffle", "true", "seed", "7", "epoch", "4"),
            Map.of("shuffle", "true", "seed", "7"))) {
      assertThat(names(read(mode, other)))
          .isNotEqualTo(names)
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void contentGoesWithItsObjectWhateverTheOrder() {
    Dataset<Row> shuffled =
        read("columnar", Map.of("shuffle", "true", "seed", "1"))
            .select("path", "length", "content");

    assertThat(ReadFixture.sorted(shuffled.selectExpr("path", "length", "md5(content)")))
        .isEqualTo(
            ReadFixture.sorted(
                ReadFixture.binaryFile()
                    .load(directory.toString())
                    .selectExpr("path", "length", "md5(content)")));
  }

  @Test
  void anUnsetSeedIsDrawnOnceForALoadAndShown() {
    Dataset<Row> rows = read("columnar", Map.of("shuffle", "true"));
    List<String> names = names(rows);

    assertThat(names(rows)).isEqualTo(names);
    assertThat(names(rows.filter("length < 120")))
        .as("of objects that a filter leaves")
        .isEqualTo(names.stream().filter(name -> Integer.parseInt(name) < 20).toList());
    String plan = execution(rows).executedPlan().toString();
    assertThat(plan).containsPattern("shuffled by seed -?\\d+, epoch 0");
    String seed = plan.replaceAll("(?s).*shuffled by seed (-?\\d+),.*", "$1");
    assertThat(names(read("columnar", Map.of("shuffle", "true", "seed", seed)))).isEqualTo(names);
    assertThat(
            IntStream.range(0, 4)
                .mapToObj(i -> names(read("columnar", Map.of("shuffle", "true"))))
                .distinct())
        .as("of several loads")
        .hasSizeGreaterThan(1);
  }

  @Test
  void aLimitOfAShuffleIsItsFirstObjects() {
    Dataset<Row> rows = read("columnar", Map.of("shuffle", "true", "seed", "5"));

    Dataset<Row> limited = rows.limit(4);

    assertThat(names(limited)).isEqualTo(names(rows).subList(0, 4));
    assertThat(execution(limited).executedPlan().toString()).contains("limit: 4 rows");
  }

  @ParameterizedTest
  @CsvSource({
    "columnar, 7, false", "rows, 7, false", "columnar, 7, true", "columnar, 50, true",
    "columnar, 1, true", "columnar, 51, false", "columnar, 51, true", "columnar, 1048576, false",
  })
  void batchesAreCountedOverAllSplits(String mode, int size, boolean dropLast) {
    Dataset<Row> rows =
        read(mode, Map.of("batchSize", "" + size, "dropLast", "" + dropLast))
            .select("path", "_batch", "content");
    int kept = dropLast ? FILES - FILES % size : FILES;

    List<Row> read = rows.collectAsList();

    assertThat(read)
        .extracting(row -> row.getLong(1))
        .containsExactlyElementsOf(LongStream.range(0, kept).map(i -> i / size).boxed().toList());
    assertThat(read)
        .extracting(row -> row.getString(0).replaceAll(".*/", ""))
        .containsExactlyElementsOf(listed().subList(0, kept));
    assertThat(rows.count()).isEqualTo(kept);
    assertThat(read("columnar", Map.of()).columns()).doesNotContain("_batch");
  }

  @Test
  void sparkGetsWholeBatches() {
    Map<String, String> options =
        Map.of("batchSize", "8", "shuffle", "true", "seed", "2", "maxBatchBytes", "2000");
    Dataset<Row> rows = read("columnar", options).select("content", "path");

    List<Integer> batches = columnarBatches(rows);

    assertThat(batches).containsExactly(8, 8, 8, 8, 8, 8, 2);
    assertThat(rows.rdd().getNumPartitions()).isEqualTo(7);
    assertThat(columnarBatches(read("columnar", options).select("path")))
        .as("without content too")
        .containsExactly(8, 8, 8, 8, 8, 8, 2);
  }

  private static List<Integer> columnarBatches(Dataset<Row> rows) {
    BatchScanExec scan = (BatchScanExec) ReadFixture.scan(rows);
    List<Integer> sizes = new ArrayList<>();
    for (Object size :
        (Object[])
            scan.executeColumnar()
                .map(
                    (scala.Function1<ColumnarBatch, Object> & java.io.Serializable)
                        ColumnarBatch::numRows,
                    scala.reflect.ClassTag$.MODULE$.apply(Object.class))
                .collect()) {
      sizes.add((Integer) size);
    }
    return sizes;
  }

  @Test
  void aFilterLeavesRowsOutOfBatchesAndMovesNone() {
    Dataset<Row> rows =
        read(
                "columnar",
                Map.of("batchSize", "7", "shuffle", "true", "seed", "3", "dropLast", "true"))
            .selectExpr("path", "length", "_batch");
    List<Row> all = rows.collectAsList();

    assertThat(rows.filter("length < 120").collectAsList())
        .isEqualTo(all.stream().filter(row -> row.getLong(1) < 120).toList());
    assertThat(rows.filter("path like '%/a/%' and _batch = 2").collectAsList())
        .isEqualTo(
            all.stream()
                .filter(row -> row.getString(0).contains("/a/") && row.getLong(2) == 2)
                .toList());
    Dataset<Row> third = rows.filter("_batch = 2").select("path");
    assertThat(third.collectAsList()).hasSize(7);
    assertThat(ReadFixture.metric(third, "objects")).as("no other is read").isEqualTo(7);
    assertThat(rows.groupBy("_batch").count().collectAsList())
        .hasSize(7)
        .allMatch(group -> group.getLong(1) == 7);
    assertThat(rows.filter("length < 120").count())
        .as("counted from the listing")
        .isEqualTo(all.stream().filter(row -> row.getLong(1) < 120).count());
  }

  @Test
  void rowsOfChunksAreCountedAsRows() {
    List<Row> rows =
        read("columnar", Map.of("batchSize", "4", "chunkBytes", "60"))
            .select("path", "offset", "_batch")
            .collectAsList();

    assertThat(rows).extracting(row -> row.getLong(1)).contains(0L, 60L);
    assertThat(rows)
        .extracting(row -> row.getLong(2))
        .containsExactlyElementsOf(
            LongStream.range(0, rows.size()).map(i -> i / 4).boxed().toList());
  }

  @Test
  void aBatchOfTooManyBytesFailsWhenItIsPlannedUnlessItIsNotRead() {
    Dataset<Row> rows = read("columnar", Map.of("batchSize", "20", "maxBatchBytes", "2000"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> rows.select("content").rdd().getNumPartitions())
        .withMessageContainingAll(
            "Cannot read a batch of 20 rows: those from file:///",
            "and a batch has 2000 at most. Set a smaller batchSize, or raise the option"
                + " maxBatchBytes");
    assertThat(rows.select("path").collectAsList()).hasSize(FILES);
    assertThat(rows.select("_content_ref").collectAsList()).as("Python reads it").hasSize(FILES);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 50, 1000})
  void numWorkersLimitsSplitsAndNothingElse(int workers) {
    for (String column : List.of("content", "path", "_content_ref")) {
      Dataset<Row> rows = read("columnar", Map.of("numWorkers", "" + workers)).select(column);

      assertThat(rows.rdd().getNumPartitions()).isBetween(1, workers);
      assertThat(names(read("columnar", Map.of("numWorkers", "" + workers)))).isEqualTo(listed());
    }
    assertThat(read("columnar", Map.of("numWorkers", "0")).rdd().getNumPartitions())
        .isEqualTo(read("columnar", Map.of()).rdd().getNumPartitions());
  }

  @Test
  void severalPathsAreOneOrder() throws IOException {
    file(directory, "z/99", 1);
    String[] paths = {directory + "/a", directory + "/z", directory + "/b"};
    DataFrameReader reader =
        s3dlio("columnar").option("shuffle", true).option("seed", 4).option("batchSize", 5);

    List<Row> rows = reader.load(paths).select("path", "_batch").collectAsList();

    assertThat(new HashSet<>(rows)).hasSize(35);
    assertThat(rows)
        .extracting(row -> row.getLong(1))
        .containsExactlyElementsOf(LongStream.range(0, 35).map(i -> i / 5).boxed().toList());
    assertThat(rows.subList(0, 17))
        .extracting(row -> row.getString(0).replaceAll(".*/(.)/..", "$1"))
        .contains("a", "b");
  }

  @Test
  void anOrderOverSeveralContainersIsRefused() {
    for (String option : List.of("shuffle", "batchSize")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  s3dlio("columnar")
                      .option(option, option.equals("shuffle") ? "true" : "3")
                      .load("file://" + directory + "/a", "direct://" + directory + "/b")
                      .count())
          .withMessageContainingAll("Invalid option: '" + option, "direct:///", "file:///");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "seed=1; Invalid option: 'seed' (it is that of shuffle, which is not set)",
        "epoch=1; Invalid option: 'epoch' (it is that of shuffle, which is not set)",
        "dropLast=true; Invalid dropLast: 'true' (there is a last batch only where batchSize is set)",
        "dropLast=true,batchSize=3,chunkBytes=10; Invalid dropLast: 'true' (it leaves out whole",
        "batchSize=0; Invalid batchSize: '0'",
        "numWorkers=-1; Invalid numWorkers: '-1'",
        "shuffle=yes; Invalid shuffle: 'yes'",
        "shuffle=true,epoch=-1; Invalid epoch: '-1'",
        "shuffle=true,seed=1.5; Invalid seed: '1.5'",
        "suffle=true; Invalid option: 'suffle' is unknown (did you mean 'shuffle'?)",
      })
  void whatMeansNothingIsRefused(String options, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withOptions(options).load(directory.toString()).count())
        .withMessageStartingWith(message);
  }

  @Test
  void theColumnOfBatchesNeedsThem() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("columnar", Map.of()).select("_batch").collectAsList())
        .withMessage(
            "Invalid column: '_batch' (it numbers the batches of the option batchSize, which is not"
                + " set)");
  }

  @Test
  void aSessionsSeedIsLetBeWhereNothingIsShuffled() {
    LocalSpark.session().conf().set("spark.datasource.s3dlio.seed", "9");
    try {
      assertThat(names(read("columnar", Map.of()))).isEqualTo(listed());
      assertThat(names(read("columnar", Map.of("shuffle", "true"))))
          .isEqualTo(names(read("columnar", Map.of("shuffle", "true", "seed", "9"))));
    } finally {
      LocalSpark.session().conf().unset("spark.datasource.s3dlio.seed");
    }
  }

  @Test
  void aJoinThatPrunesMovesNothingBetweenBatches() {
    Dataset<Row> rows =
        read("columnar", Map.of("batchSize", "7", "shuffle", "true", "seed", "3"))
            .select("path", "length", "_batch");
    List<Row> all = rows.select("path", "_batch").collectAsList();
    Dataset<Row> wanted = rows.filter("length > 140").select("path").limit(5).cache();

    List<Row> joined = rows.join(wanted, "path").select("path", "_batch").collectAsList();

    assertThat(joined).hasSize(5);
    assertThat(all).containsAll(joined);
  }
}
