package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.execution;
import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.config.MemoryBudget;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.storage.Location;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.Statistics;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.Scan.ColumnarSupportMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadPlanningTest {
  private static final StructType CONTENT = new StructType().add("content", DataTypes.BinaryType);

  private final SparkSession spark = LocalSpark.session();
  private final Path directory;

  ReadPlanningTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void everythingThatSparkAsksOfAScanListsOnce() {
    FakeStore store = FakeStore.of("file:///d/a", "file:///d/b");
    Listing listing = new Listing(List.of(Location.parse("/d/")), (location, config) -> store);
    S3dlioScan scan = scan(listing, ReadSchema.TABLE);

    assertThat(scan.description()).contains("not listed yet");
    assertThat(scan.columnarSupportMode()).isEqualTo(ColumnarSupportMode.SUPPORTED);
    assertThat(scan.toBatch().createReaderFactory()).isNotNull();
    assertThat(store.listings).hasValue(0);

    scan.estimateStatistics();
    scan.estimateStatistics();
    scan.toBatch().planInputPartitions();
    scan.toBatch().planInputPartitions();
    scan(listing, CONTENT).toBatch().planInputPartitions();

    assertThat(scan.description()).contains("2 objects of 20 bytes");
    assertThat(store.listings).hasValue(1);
  }

  @Test
  void oneLoadSeesOneListing() throws IOException {
    file(directory, "a", 1);
    Dataset<Row> rows = s3dlio("columnar").load(directory.toString());
    assertThat(rows.count()).isEqualTo(1);
    file(directory, "b", 1);

    assertThat(rows.count()).isEqualTo(1);
    assertThat(rows.select("content").collectAsList()).hasSize(1);
    assertThat(rows.as("x").join(rows.as("y"), "path").count()).isEqualTo(1);
    assertThat(s3dlio("columnar").load(directory.toString()).count()).isEqualTo(2);
  }

  @Test
  void explainShowsTheValuesInForceAndWhereTheyCameFrom() throws IOException {
    file(directory, "a", 7);
    Dataset<Row> rows = s3dlio("columnar").option("chunkBytes", "1mb").load(directory.toString());

    assertThat(execution(rows).explainString(explainMode("simple")))
        .contains("BatchScan", "file://" + directory, "not listed yet");
    assertThat(rows.count()).isEqualTo(1);
    assertThat(execution(rows).explainString(explainMode("formatted")))
        .contains("1 objects of 7 bytes", "columnar", "chunkBytes=1mb (option)", "prefetch=1,");
  }

  @Test
  void filesHaveDefaultsOfTheirOwnUnlessTheOptionSaysOtherwise() throws IOException {
    file(directory, "a", 7);

    assertThat(explained(s3dlio("columnar").load("direct://" + directory)))
        .contains("prefetch=2,", "maxBatchBytes=16mb,", "openCostInBytes=256k,");
    assertThat(explained(s3dlio("columnar").load(directory.toString())))
        .contains("prefetch=1,", "maxBatchBytes=2mb,", "openCostInBytes=64k,");
    assertThat(
            explained(
                s3dlio("columnar")
                    .option("prefetch", 3)
                    .option("maxBatchBytes", "4mb")
                    .option("openCostInBytes", "1mb")
                    .load(directory.toString())))
        .contains(
            "prefetch=3 (option)", "maxBatchBytes=4mb (option)", "openCostInBytes=1mb (option)");
  }

  private static String explained(Dataset<Row> rows) {
    return rows.queryExecution().toString();
  }

  private static org.apache.spark.sql.execution.ExplainMode explainMode(String name) {
    return org.apache.spark.sql.execution.ExplainMode.fromString(name);
  }

  @Test
  void statisticsFollowTheColumns() throws IOException {
    file(directory, "a", 700_000);
    file(directory, "b", 300_000);
    Dataset<Row> rows = s3dlio("columnar").load(directory.toString());

    Statistics all = execution(rows).optimizedPlan().stats();
    Statistics names = execution(rows.select("path")).optimizedPlan().stats();
    Statistics chunks =
        execution(s3dlio("columnar").option("chunkBytes", 100_000).load(directory.toString()))
            .optimizedPlan()
            .stats();

    assertThat(all.rowCount().get().longValue()).isEqualTo(2);
    assertThat(all.sizeInBytes().longValue()).isBetween(1_000_000L, 1_001_000L);
    assertThat(names.rowCount().get().longValue()).isEqualTo(2);
    assertThat(names.sizeInBytes().longValue()).isLessThan(1000);
    assertThat(chunks.rowCount().get().longValue()).isEqualTo(10);
  }

  @Test
  void splitsFollowSparksOwnSettings() throws IOException {
    for (int i = 0; i < 20; i++) {
      file(directory, "" + i, 1000);
    }
    Map<String, String> settings =
        Map.of(
            "spark.sql.files.maxPartitionBytes", "2500",
            "spark.sql.files.openCostInBytes", "200");
    settings.forEach((key, value) -> spark.conf().set(key, value));
    try {
      Dataset<Row> ours = s3dlio("rows").load(directory.toString());
      Dataset<Row> theirs = spark.read().format("binaryFile").load(directory.toString());

      assertThat(ours.rdd().getNumPartitions())
          .isEqualTo(theirs.rdd().getNumPartitions())
          .isEqualTo(10);
      spark.conf().set("spark.sql.files.minPartitionNum", "1000");
      assertThat(s3dlio("rows").load(directory.toString()).rdd().getNumPartitions()).isEqualTo(20);
      spark.conf().set("spark.sql.files.maxPartitionNum", "4");
      assertThat(s3dlio("rows").load(directory.toString()).rdd().getNumPartitions())
          .isBetween(3, 5);
      assertThat(s3dlio("rows").load(directory.toString()).select("path").rdd().getNumPartitions())
          .isLessThanOrEqualTo(20);
    } finally {
      settings.keySet().forEach(spark.conf()::unset);
      spark.conf().unset("spark.sql.files.minPartitionNum");
      spark.conf().unset("spark.sql.files.maxPartitionNum");
    }
  }

  @Test
  void aSessionSettingIsADefault() throws IOException {
    file(directory, "a", 10);
    spark.conf().set("spark.datasource.s3dlio.chunkBytes", "4");
    try {
      assertThat(s3dlio("rows").load(directory.toString()).count()).isEqualTo(3);
      assertThat(s3dlio("rows").option("chunkBytes", 5).load(directory.toString()).count())
          .isEqualTo(2);
    } finally {
      spark.conf().unset("spark.datasource.s3dlio.chunkBytes");
    }
  }

  @Test
  void badOptionsFailWhenTheReadIsDefined() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio("rows").option("chunkByte", "1mb").load("/x"))
        .withMessageContaining("did you mean 'chunkBytes'?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio("rows").option("prefetch", "-1").load("/x"))
        .withMessageContaining("Invalid prefetch: '-1'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio("rows").option("memoryBudget", "1gb").load("/x"))
        .withMessageContaining("set spark.s3dlio.memoryBudget before the session starts");
  }

  @Test
  void aJvmOptionThatComesTooLateFails() throws IOException {
    file(directory, "a", 1);
    spark.conf().set("spark.s3dlio.memoryBudget", "1gb");
    try {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> s3dlio("rows").load(directory.toString()).count())
          .withMessage(
              "Invalid spark.s3dlio.memoryBudget: '1gb' (a JVM option: set it before the session"
                  + " starts)");
    } finally {
      spark.conf().unset("spark.s3dlio.memoryBudget");
    }
  }

  @Test
  void aSchemaOfTheUsersMustBeOurs() throws IOException {
    file(directory, "a", 1);

    assertThat(
            s3dlio("rows").schema(ReadSchema.TABLE.asNullable()).load(directory.toString()).count())
        .isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio("rows").schema(CONTENT).load(directory.toString()).count())
        .withMessageStartingWith("Invalid schema: content BINARY")
        .withMessageContaining("path STRING NOT NULL,modificationTime TIMESTAMP NOT NULL");
  }

  @ParameterizedTest
  @CsvSource({
    "4.2.0, true, false",
    "4.2.0, false, true",
    "4.2.0-vendor1, true, false",
    "4.2.1, true, true",
    "4.2.01, true, true",
    "4.2.0.1, true, true",
    "4.1.3, true, true",
    "4.3.0, true, true",
  })
  void autoIsColumnarButWhereSparkHangs(String version, boolean pythonInput, boolean columnar) {
    SparkSettings settings =
        new SparkSettings(
            version, 2, OptionalInt.empty(), false, pythonInput, new MemoryBudget(1 << 30, 2));

    assertThat(plan(Map.of(), settings).columnar()).isEqualTo(columnar);
    assertThat(plan(Map.of("readMode", "columnar"), settings).columnar()).isTrue();
    assertThat(plan(Map.of("readMode", "rows"), settings).columnar()).isFalse();
  }

  @Test
  void autoAsksTheSession() throws IOException {
    file(directory, "a", 1);
    Dataset<Row> rows = spark.read().format("s3dlio").load(directory.toString());
    boolean broken = spark.version().equals("4.2.0");

    assertThat(ReadFixture.scan(rows).supportsColumnar()).isEqualTo(!broken);
    spark.conf().set("spark.sql.execution.arrow.pythonUDF.columnarInput.enabled", "false");
    try {
      assertThat(ReadFixture.scan(rows.select("content")).supportsColumnar()).isTrue();
    } finally {
      spark.conf().unset("spark.sql.execution.arrow.pythonUDF.columnarInput.enabled");
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 4, 16", "100, 4, 25", "4000, 4, 128"})
  void defaultSplitsShrinkToATasksShareOfTheBudgetButNotBelowABatch(
      long mebibytes, int tasks, long expected) {
    SparkSettings settings =
        new SparkSettings(
            "4.2.1", 2, OptionalInt.empty(), false, true, new MemoryBudget(mebibytes << 20, tasks));

    ReadPlan byDefault = plan(Map.of(), settings);
    ReadPlan explicit = plan(Map.of("maxPartitionBytes", "256mb"), settings);

    assertThat(byDefault.splits().maxPartitionBytes()).isEqualTo(expected << 20);
    assertThat(byDefault.reader().batches().deliveredBytes()).isEqualTo(expected << 20);
    assertThat(byDefault.reader().batches().prefetchBytes()).isEqualTo((mebibytes << 20) / tasks);
    assertThat(explicit.splits().maxPartitionBytes()).isEqualTo(256L << 20);
  }

  @ParameterizedTest
  @CsvSource({
    "file, _content_ref, 1gb, maxPartitionBytes=1gb",
    "direct, _content_ref, 512mb, maxPartitionBytes=512mb",
    "file, content, 128mb, maxPartitionBytes=128mb",
  })
  void splitsAreLargeByDefaultWhereOnlyPythonGetsContent(
      String scheme, String column, String splits, String option) {
    Listing listing = new Listing(List.of(Location.parse(scheme + ":///d/")));
    StructType columns =
        new StructType()
            .add(column, column.equals("content") ? DataTypes.BinaryType : ContentRef.TYPE);

    assertThat(scan(listing, columns).description()).contains("splits of " + splits + ",", option);
  }

  @Test
  void equalReadsOfOneListingAreEqualBatches() {
    Listing listing = new Listing(List.of(Location.parse("/d/")));

    assertThat(scan(listing, CONTENT).toBatch())
        .isEqualTo(scan(listing, CONTENT).toBatch())
        .hasSameHashCodeAs(scan(listing, CONTENT).toBatch())
        .isNotEqualTo(scan(listing, ReadSchema.TABLE).toBatch())
        .isNotEqualTo(scan(new Listing(List.of(Location.parse("/d/"))), CONTENT).toBatch());
  }

  @Test
  void readsOfOtherFiltersOrLimitsAreOtherBatches() throws Refusal {
    Listing listing = new Listing(List.of(Location.parse("/d/")));
    Filters filters = filtered("x");

    assertThat(batch(listing, filters, Optional.empty()))
        .isEqualTo(batch(listing, filtered("x"), Optional.empty()))
        .hasSameHashCodeAs(batch(listing, filtered("x"), Optional.empty()))
        .isNotEqualTo(batch(listing, filtered("y"), Optional.empty()))
        .isNotEqualTo(batch(listing, Filters.NONE, Optional.empty()))
        .isNotEqualTo(batch(listing, filters, Optional.of(RowLimit.any(3))));
    assertThat(batch(listing, filters, Optional.of(RowLimit.any(3))))
        .isEqualTo(batch(listing, filters, Optional.of(RowLimit.any(3))))
        .isNotEqualTo(batch(listing, filters, Optional.of(RowLimit.any(4))));
  }

  @Test
  void filtersOfTheRunHoldForTheNextBatchAlone() {
    FakeStore store = FakeStore.of("file:///d/a", "file:///d/b");
    Listing listing = new Listing(List.of(Location.parse("/d/")), (location, config) -> store);
    S3dlioScan scan = scan(listing, ReadSchema.TABLE);

    scan.filter(
        new Predicate[] {
          Predicates.path("IN", "file:///d/a"), Predicates.path("RLIKE", "not understood")
        });
    Batch pruned = scan.toBatch();

    assertThat(pruned).isNotEqualTo(scan.toBatch());
    assertThat(rows(pruned)).containsExactly("a@0+10");
    assertThat(rows(scan.toBatch())).containsExactly("a@0+10", "b@0+10");
    assertThat(scan.filterAttributes()).hasSize(1);
    assertThat(scan(listing, CONTENT).filterAttributes()).isEmpty();
  }

  private static List<String> rows(Batch batch) {
    return Arrays.stream(batch.planInputPartitions())
        .flatMap(split -> Splits.rows((S3dlioInputPartition) split).stream())
        .toList();
  }

  private static Filters filtered(String path) throws Refusal {
    Predicate predicate = Predicates.path("=", path);
    return Filters.NONE.and(predicate, new PredicateCompiler(false).compile(predicate));
  }

  private static Batch batch(Listing listing, Filters filters, Optional<RowLimit> limit) {
    return scan(listing, CONTENT, filters, limit).toBatch();
  }

  @Test
  void whatExecutorsAreToldIsValuesAndArrives() throws Exception {
    S3dlioReaderFactory factory =
        (S3dlioReaderFactory)
            scan(new Listing(List.of(Location.parse("/d/"))), CONTENT)
                .toBatch()
                .createReaderFactory();

    byte[] bytes = Splits.serialized(factory);

    assertThat(Splits.deserialized(bytes)).isEqualTo(factory);
    assertThat(bytes).hasSizeLessThan(3500);
  }

  private static S3dlioScan scan(Listing listing, StructType schema) {
    return scan(listing, schema, Filters.NONE, Optional.empty());
  }

  private static S3dlioScan scan(
      Listing listing, StructType schema, Filters filters, Optional<RowLimit> limit) {
    SparkSettings settings =
        new SparkSettings(
            "4.2.1", 2, OptionalInt.empty(), false, true, new MemoryBudget(1 << 30, 2));
    return new S3dlioScan(
        listing,
        schema,
        TableShape.CONTENT,
        filters,
        limit,
        ResolvedOptions.forRead(Map.of(), Map.of()),
        settings);
  }

  private static ReadPlan plan(Map<String, String> options, SparkSettings settings) {
    return ReadPlan.of(
        List.of(Location.parse("/d/")),
        CONTENT,
        TableShape.CONTENT,
        ResolvedOptions.forRead(options, Map.of()),
        settings);
  }
}
