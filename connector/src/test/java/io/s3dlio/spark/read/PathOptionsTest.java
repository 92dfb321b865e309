package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.binaryFile;
import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.ReadFixture.sorted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The options of Spark's file sources that leave objects out, held to what those do. */
class PathOptionsTest {
  private final Path directory;

  PathOptionsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void write() throws IOException {
    file(directory, "a.jpg", 1000);
    file(directory, "b.png", 2000);
    file(directory, "d/c.jpg", 3000);
    file(directory, "d/x[1].jpeg", 4000);
    file(directory, "d.jpg/notes.txt", 5000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*.jpg",
        "*.{jpg,png}",
        "[ab].*",
        "[^a]*",
        "?.jpg",
        "x\\[1\\].jpeg",
        "x[1].jpeg",
        "a.jpg",
        "*",
        "*.JPG",
        "nothing"
      })
  void pathGlobFilterLeavesOutWhatSparkDoes(String glob) {
    assertThat(paths(s3dlio("rows").option("pathGlobFilter", glob)))
        .isEqualTo(paths(binaryFile().option("pathGlobFilter", glob)));
  }

  @Test
  void pathGlobFilterHoldsForAPathThatIsOneObjectToo() {
    String path = directory + "/b.png";

    assertThat(s3dlio("rows").option("pathGlobFilter", "*.png").load(path).count()).isEqualTo(1);
    assertThat(s3dlio("rows").option("pathGlobFilter", "*.jpg").load(path).count()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2023-11-14T22:13:22",
        "2023-11-14 22:13:22.000",
        "2023-11-14T22:13:22.001Z",
        "2023-11-14T23:13:22+01:00",
        "2023-11-14",
        "2023",
        "1969-12-31T23:59:59",
        "2099-01-01T00:00:00"
      })
  void theBoundsOfTimesAreSparks(String time) {
    for (String option : List.of("modifiedAfter", "modifiedBefore")) {
      assertThat(paths(s3dlio("rows").option(option, time).option("timeZone", "UTC")))
          .as(option)
          .isEqualTo(paths(binaryFile().option(option, time).option("timeZone", "UTC")));
    }
  }

  @Test
  void theBoundsOfTimesAreExclusiveAndTogetherAnInterval() {
    DataFrameReader reader = s3dlio("columnar").option("timeZone", "UTC");

    assertThat(
            paths(
                reader
                    .option("modifiedAfter", "2023-11-14T22:13:22")
                    .option("modifiedBefore", "2023-11-14T22:13:25")))
        .containsExactly("d/c.jpg", "d/x[1].jpeg");
  }

  @Test
  void timesAreOfTheSessionsZoneUnlessTheOptionSaysOtherwise() {
    SparkSession spark = LocalSpark.session();
    String before = spark.conf().get("spark.sql.session.timeZone");
    spark.conf().set("spark.sql.session.timeZone", "Asia/Tokyo");
    try {
      assertThat(paths(s3dlio("rows").option("modifiedAfter", "2023-11-15T07:13:23")))
          .containsExactly("d.jpg/notes.txt", "d/x[1].jpeg");
      assertThat(
              paths(
                  s3dlio("rows")
                      .option("timeZone", "+01:00")
                      .option("modifiedAfter", "2023-11-14T23:13:23")))
          .containsExactly("d.jpg/notes.txt", "d/x[1].jpeg");
      // The same time is nine hours ago to Spark, which adds the zone to the files' times too.
      assertThat(paths(binaryFile().option("modifiedAfter", "2023-11-15T07:13:23"))).hasSize(5);
    } finally {
      spark.conf().set("spark.sql.session.timeZone", before);
    }
  }

  @Test
  void malformedValuesFailAtLoad() {
    for (String option : List.of("modifiedAfter", "modifiedBefore")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> s3dlio("rows").option(option, "yesterday").load(directory.toString()))
          .withMessage(
              "Invalid %s: 'yesterday' (must be a time such as 2026-01-31T12:00:00)", option);
      assertThatThrownBy(() -> binaryFile().option(option, "yesterday").load(directory.toString()))
          .isInstanceOf(AnalysisException.class);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio("rows").option("pathGlobFilter", "[a").load("/d"))
        .withMessageStartingWith("Invalid pathGlobFilter: '[a' (must be a glob");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio("rows").option("timeZone", "Mars").load("/d"))
        .withMessageContaining("must be a time zone such as Europe/Zurich");
  }

  @Test
  void whatMeansNothingIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> s3dlio("rows").option("timeZone", "UTC").load(directory.toString()).count())
        .withMessageContaining(
            "modifiedAfter, modifiedBefore and directories, of which none is asked for");
    for (String option : List.of("pathGlobFilter", "modifiedAfter", "modifiedBefore")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  LocalSpark.session()
                      .range(1)
                      .write()
                      .format("s3dlio")
                      .option("objectSize", "1k")
                      .option(option, "2023")
                      .mode("append")
                      .save(directory + "/out"))
          .withMessageContaining("it is a read option");
    }
  }

  private List<String> paths(DataFrameReader reader) {
    return sorted(
            reader.load(directory.toString()).selectExpr("regexp_replace(path, '^file:/+', '/')"))
        .stream()
        .map(path -> path.substring(directory.toString().length() + 1))
        .toList();
  }
}
