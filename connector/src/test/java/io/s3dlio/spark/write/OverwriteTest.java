package io.s3dlio.spark.write;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.encode;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.spark.S3dlioDataSource;
import io.s3dlio.spark.WrittenFiles;
import io.s3dlio.storage.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.OverwriteByExpression;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.execution.CommandExecutionMode;
import org.apache.spark.sql.execution.ExplainMode;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Option;

class OverwriteTest {
  private final SparkSession spark = LocalSpark.session();
  private final Path dir;
  private final Path target;

  OverwriteTest(@TempDir Path dir) throws IOException {
    this.dir = dir;
    this.target = Files.createDirectories(dir.resolve("target"));
  }

  private static DataFrameWriter<Row> overwrite(Dataset<Row> rows) {
    return rows.write().format("s3dlio").mode("overwrite").option("overwritePrefix", "true");
  }

  private DataFrameWriter<Row> overwriteWith(int objects) {
    return overwrite(spark.range(objects).toDF())
        .option("objectName", "o{}")
        .option("objectSize", "1k");
  }

  @Test
  void whatTheJobDidNotWriteIsGoneAfterwards() throws IOException {
    Files.createDirectories(target.resolve("deep"));
    Files.writeString(target.resolve("old"), "x");
    Files.writeString(target.resolve("deep/old"), "x");
    Files.writeString(target.resolve("o1"), "replaced");

    overwriteWith(3).save(target.toString());

    assertThat(WrittenFiles.objects(target)).containsOnlyKeys("o0", "o1", "o2");
    assertThat(target.resolve("o1")).hasSize(1024);
  }

  @Test
  void siblingsAndHiddenFilesStay() throws IOException {
    Path sibling = Files.writeString(dir.resolve("target2"), "x");
    Path hidden = Files.writeString(target.resolve("_hidden"), "x");
    Path below = Files.createDirectories(target.resolve(".git")).resolve("config");
    Files.writeString(below, "x");
    Files.writeString(target.resolve("_k=v"), "visible as a partition is");

    overwriteWith(1).save(target.toString());

    assertThat(Stream.of(sibling, hidden, below)).allMatch(Files::exists);
    assertThat(target.resolve("_k=v")).doesNotExist();
  }

  @Test
  void manifestsOfEarlierJobsGoWithTheirObjects() throws IOException {
    overwriteWith(3).save(target.toString());
    String first = WrittenFiles.manifests(target).get(0).jobId();

    overwriteWith(1).save(target.toString());

    assertThat(WrittenFiles.manifests(target))
        .singleElement()
        .satisfies(manifest -> assertThat(manifest.count()).isEqualTo(1))
        .satisfies(manifest -> assertThat(manifest.jobId()).isNotEqualTo(first));
    assertThat(WrittenFiles.names(target)).noneMatch(name -> name.contains(first));
  }

  @Test
  void noRowsLeaveNothing() throws IOException {
    Files.writeString(target.resolve("old"), "x");

    overwriteWith(0).save(target.toString());

    assertThat(WrittenFiles.objects(target)).isEmpty();
  }

  @Test
  void explainingChangesNothing() throws IOException {
    Files.writeString(target.resolve("old"), "x");
    CaseInsensitiveStringMap options =
        new CaseInsensitiveStringMap(
            Map.of("path", target.toString(), "objectSize", "1k", "overwritePrefix", "true"));
    Dataset<Row> rows = spark.range(2).toDF();
    DataSourceV2Relation relation =
        DataSourceV2Relation.create(
            new S3dlioDataSource()
                .getTable(rows.schema(), new Transform[0], options.asCaseSensitiveMap()),
            Option.empty(),
            Option.empty(),
            options,
            Option.empty());
    LogicalPlan plan =
        OverwriteByExpression.byName(
            relation,
            ((org.apache.spark.sql.classic.Dataset<Row>) rows).logicalPlan(),
            Literal.TrueLiteral(),
            OverwriteByExpression.byName$default$4(),
            false);

    String explained =
        ((org.apache.spark.sql.classic.SparkSession) spark)
            .sessionState()
            .executePlan(plan, CommandExecutionMode.SKIP())
            .explainString(ExplainMode.fromString("extended"));

    assertThat(explained).contains("OverwriteByExpression").doesNotContain("Exception");
    assertThat(WrittenFiles.names(target)).containsExactly("old");
  }

  @Test
  void contentOverwritesToo() throws IOException {
    Files.writeString(target.resolve("old"), "x");
    Files.writeString(target.resolve("new"), "x");

    overwrite(spark.sql("select 'new' name, X'0102' content")).save(target.toString());

    assertThat(WrittenFiles.objects(target)).containsOnlyKeys("new");
    assertThat(target.resolve("new")).hasBinaryContent(new byte[] {1, 2});
  }

  @Test
  void aJobThatFailsDeletesNothing() throws IOException {
    Files.writeString(target.resolve("old"), "x");
    Dataset<Row> rows =
        spark.range(0, 4, 1, 2).toDF().withColumn("size", lit(1).minus(col("id")).cast("int"));

    assertThatThrownBy(() -> overwrite(rows).option("objectName", "o{}").save(target.toString()))
        .hasStackTraceContaining("Invalid size: -");

    assertThat(target.resolve("old")).hasContent("x");
    assertThat(target.resolve("_SUCCESS")).doesNotExist();
  }

  @Test
  void aJobWithADuplicateDeletesNothing() throws IOException {
    Files.writeString(target.resolve("old"), "x");
    Dataset<Row> rows = spark.range(0, 4, 1, 2).toDF().withColumn("name", lit("same"));

    assertThatThrownBy(() -> overwrite(rows).option("objectSize", "1").save(target.toString()))
        .hasStackTraceContaining("two rows of this job name it");

    assertThat(target.resolve("old")).hasContent("x");
    assertThat(WrittenFiles.manifests(target)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"target", "target/deep", ".", "link"})
  void aQueryThatReadsThereIsRefusedBeforeItRuns(String read) throws IOException {
    Files.createDirectories(target.resolve("deep"));
    Files.writeString(target.resolve("deep/a"), "x");
    Files.createSymbolicLink(dir.resolve("link"), target);
    Dataset<Row> rows =
        spark
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .load(dir.resolve(read).toString())
            .select(lit("copy").as("name"), col("content"));

    assertThatThrownBy(() -> overwrite(rows).save(target.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the rows come from file://");

    assertThat(WrittenFiles.names(target)).containsExactly("deep/a");
  }

  @Test
  void aReadByThisSourceIsFoundToo() throws IOException {
    Files.writeString(target.resolve("a"), "x");
    Dataset<Row> rows =
        spark
            .read()
            .format("s3dlio")
            .load(dir.resolve("elsewhere").toString(), target.toString())
            .select(lit("copy").as("name"), col("content"));

    assertThatThrownBy(() -> overwrite(rows).save("direct://" + target))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the rows come from file://" + target);
  }

  @Test
  void aPatternThatMayReadThereIsFoundToo() throws IOException {
    Files.createDirectories(dir.resolve("other"));
    Files.writeString(target.resolve("a"), "x");
    Files.writeString(dir.resolve("other/b"), "y");
    for (String pattern : new String[] {"*/a", "{target,none}", "t*/[a-c]", "target/*"}) {
      assertThatThrownBy(() -> overwrite(copyOf(pattern)).save(target.toString()))
          .as(pattern)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the rows come from file://" + dir);
    }

    overwrite(copyOf("o*/b")).save(target.toString());
    assertThat(WrittenFiles.objects(target)).containsOnlyKeys("copy");
  }

  private Dataset<Row> copyOf(String path) {
    return spark
        .read()
        .format("s3dlio")
        .load(dir + "/" + path)
        .select(lit("copy").as("name"), col("content"));
  }

  @Test
  void aSubqueryThatReadsThereIsFoundToo() throws IOException {
    Files.writeString(target.resolve("a"), "x");
    spark.read().format("binaryFile").load(target.toString()).createOrReplaceTempView("there");
    Dataset<Row> rows =
        spark.sql("select 'n' name, X'01' content where 1 <= (select count(*) from there)");

    assertThatThrownBy(() -> overwrite(rows).save(target.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the rows come from file://");
  }

  @ParameterizedTest
  @ValueSource(strings = {"binaryFile", "s3dlio"})
  void aReadInTheLineageOfAnRddIsFoundToo(String format) throws IOException {
    Files.writeString(target.resolve("a"), "x");
    Dataset<Row> read =
        spark
            .read()
            .format(format)
            .load(target.toString())
            .select(lit("copy").as("name"), col("content"));
    Dataset<Row> rows =
        spark.createDataFrame(read.javaRDD().filter(row -> true).repartition(2), read.schema());

    assertThatThrownBy(() -> overwrite(rows).save(target.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the rows come from file://" + target);

    overwrite(rows).save(dir.resolve("elsewhere").toString());
    assertThat(WrittenFiles.objects(dir.resolve("elsewhere"))).containsOnlyKeys("copy");
  }

  @Test
  void aReadThatIsCachedIsFoundToo() throws IOException {
    Files.writeString(target.resolve("a"), "x");
    Dataset<Row> rows =
        spark
            .read()
            .format("s3dlio")
            .load(target.toString())
            .select(lit("copy").as("name"), col("content"))
            .cache();
    try {
      assertThat(rows.count()).isEqualTo(1);

      assertThatThrownBy(() -> overwrite(rows).save(target.toString()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the rows come from file://" + target);
    } finally {
      rows.unpersist();
    }
  }

  @Test
  void whatIsCheckpointedReadsNothingAnyMore() throws IOException {
    Files.writeString(target.resolve("a"), "x");
    Dataset<Row> rows =
        spark
            .read()
            .format("s3dlio")
            .load(target.toString())
            .select(lit("copy").as("name"), col("content"))
            .localCheckpoint();

    overwrite(rows).save(target.toString());

    assertThat(WrittenFiles.objects(target)).containsOnlyKeys("copy");
    assertThat(target.resolve("copy")).hasContent("x");
  }

  @Test
  void aStreamThatReadsThereIsFoundInEachOfItsBatches() throws Exception {
    Files.writeString(target.resolve("a"), "x");
    StreamingQuery query =
        spark
            .readStream()
            .text(target.toString())
            .select(lit("copy").as("name"), encode(col("value"), "UTF-8").as("content"))
            .writeStream()
            .trigger(Trigger.AvailableNow())
            .foreachBatch(
                (VoidFunction2<Dataset<Row>, Long>)
                    (rows, batch) -> overwrite(rows).save(target.toString()))
            .option("checkpointLocation", dir.resolve("checkpoint").toString())
            .start();

    assertThatThrownBy(query::awaitTermination)
        .hasStackTraceContaining("the rows come from file://" + target);

    assertThat(WrittenFiles.objects(target)).containsOnlyKeys("a");
  }

  @Test
  void aQueryThatReadsASiblingIsNot() throws IOException {
    Path source = Files.createDirectories(dir.resolve("target2"));
    Files.writeString(source.resolve("a"), "x");
    Dataset<Row> rows =
        spark
            .read()
            .format("binaryFile")
            .load(source.toString())
            .select(concat(lit("copy")).as("name"), col("content"));

    overwrite(rows).save(target.toString());

    assertThat(WrittenFiles.objects(target)).containsOnlyKeys("copy");
  }

  @Test
  void anAppendLeavesEarlierJobsAlone() throws IOException {
    overwriteWith(3).save(target.toString());

    overwriteWith(1).mode("append").option("objectName", "p{}").save(target.toString());

    assertThat(WrittenFiles.objects(target)).hasSize(4);
    assertThat(WrittenFiles.manifests(target)).extracting(Manifest::count).containsExactly(3L, 1L);
  }
}
