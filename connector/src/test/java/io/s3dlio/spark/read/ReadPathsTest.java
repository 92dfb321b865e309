package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.ReadFixture.sorted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.NotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadPathsTest {
  private final Path directory;

  ReadPathsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void aMissingPathFailsWithTheRemedy() {
    Dataset<Row> missing = s3dlio("rows").load(directory + "/train");

    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(missing::count)
        .withMessageStartingWith(
            "[PATH_NOT_FOUND] Path does not exist: file://%s/train/ (there is no such object or"
                + " prefix)",
            directory)
        .withCauseInstanceOf(NotFoundException.class);
  }

  @Test
  void anEmptyOrHiddenDirectoryHasNoRows() throws IOException {
    assertThat(s3dlio("rows").load(directory.toString()).count()).isZero();
    file(directory, "_hidden/x", 1);
    assertThat(s3dlio("columnar").load(directory.toString()).collectAsList()).isEmpty();
    assertThat(s3dlio("columnar").load(directory + "/_hidden").count()).isEqualTo(1);
  }

  @Test
  void aPrefixIsNeverASibling() throws IOException {
    file(directory, "train/a", 1);
    file(directory, "train2/b", 1);

    assertThat(paths(s3dlio("rows").load(directory + "/train"))).containsExactly("train/a");
    assertThat(paths(s3dlio("rows").load(directory + "/train/"))).containsExactly("train/a");
  }

  @Test
  void aPathMayBeOneObjectInEverySpelling() throws IOException {
    Path file = file(directory, "a b%20+é", 4);
    file(directory, "a b%20+é2", 5);

    for (String path : List.of(file.toString(), "file:" + file, "file://" + file)) {
      Row row = s3dlio("columnar").load(path).first();
      assertThat(row.<String>getAs("path")).isEqualTo("file://" + file);
      assertThat(row.<byte[]>getAs("content")).isEqualTo(Files.readAllBytes(file));
    }
    assertThatThrownBy(() -> s3dlio("columnar").load(file + "/").count())
        .isInstanceOf(AnalysisException.class);
  }

  @Test
  void manyPathsAreReadInOneGo() throws IOException {
    String[] paths = new String[300];
    for (int i = 0; i < paths.length; i++) {
      paths[i] = file(directory, i % 7 + "/" + i, i).toString();
    }

    Dataset<Row> rows = s3dlio("columnar").load(paths);

    assertThat(rows.selectExpr("count(*)", "sum(length(content))").first().mkString("|"))
        .isEqualTo("300|44850");
    assertThat(rows.rdd().getNumPartitions()).isLessThan(300);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pathsThatOverlapAreReadAsSparksFileSourcesDo(boolean recursive) throws IOException {
    file(directory, "d/a", 1);
    file(directory, "d/b", 2);
    file(directory, "d/e/f", 3);
    String[] paths = {directory + "/d", directory + "/d/a", directory + "/d", directory + "/d/e"};
    SparkSession spark = LocalSpark.session();

    assertThat(
            paths(
                spark.read().format("s3dlio").option("recursiveFileLookup", recursive).load(paths)))
        .isEqualTo(
            paths(
                spark
                    .read()
                    .format("binaryFile")
                    .option("recursiveFileLookup", recursive)
                    .load(paths)))
        .hasSize(recursive ? 3 : 6);
  }

  @Test
  void subdirectoriesAreReadUnlessRefused() throws IOException {
    file(directory, "a", 1);
    file(directory, "d/b", 1);

    assertThat(paths(s3dlio("rows").load(directory.toString()))).containsExactly("a", "d/b");
    assertThat(
            paths(s3dlio("rows").option("recursiveFileLookup", false).load(directory.toString())))
        .containsExactly("a");
  }

  @Test
  void tooManyObjectsFailWithTheRemedy() throws IOException {
    file(directory, "a", 1);
    file(directory, "b", 1);

    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(
            () -> s3dlio("rows").option("maxListedObjects", 1).load(directory.toString()).count())
        .withMessageContaining("the read has more than 1 objects")
        .withMessageContaining("maxListedObjects");
  }

  @Test
  void anUnknownSchemeOrNoPathFailsAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio("rows").load("hdfs://host/x"))
        .withMessageContaining("unknown scheme 'hdfs'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio("rows").load())
        .withMessageContaining("Invalid path: none was given");
  }

  private List<String> paths(Dataset<Row> rows) {
    return sorted(rows.selectExpr("regexp_replace(path, '^file:/+', '/')")).stream()
        .map(path -> path.substring(directory.toString().length() + 1))
        .toList();
  }
}
