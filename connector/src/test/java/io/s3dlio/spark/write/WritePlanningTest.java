package io.s3dlio.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.spark.LocalSpark;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused before any task runs: the failure is the thrown exception itself. */
class WritePlanningTest {
  private static final String SYNTHETIC = "id BIGINT[, name STRING][, size BIGINT]";
  private static final String CONTENT = "name STRING (or path STRING), content BINARY";

  private final SparkSession spark = LocalSpark.session();
  private final Path dir;

  WritePlanningTest(@TempDir Path dir) {
    this.dir = dir;
  }

  private void save(String query, Map<String, String> options, String mode, String path) {
    spark.sql(query).write().format("s3dlio").options(options).mode(mode).save(path);
  }

  private void assertRefused(String query, Map<String, String> options, String... messages) {
    assertThatThrownBy(() -> save(query, options, "append", dir.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(
            e -> {
              for (String message : messages) {
                assertThat(e).hasMessageContaining(message);
              }
            });
    assertThat(dir).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select 'x' name | there is neither a column 'id' nor a column 'content'",
        "select 1 id, 2 weight, 'x' Label | they have the unknown column 'weight', 'Label'",
        "select 'x' id | column 'id' is STRING, not an integer",
        "select 1 id, 2 name | column 'name' is INT, not a STRING",
        "select 1 id, 1.5 size | column 'size' is DECIMAL(2,1), not an integer",
        "select 1 id, 2 object_type | column 'object_type' is INT, not a STRING",
        "select 'x' name, 'y' content | column 'content' is STRING, not BINARY",
        "select 3 name, X'01' content | column 'name' is INT, not a STRING",
        "select X'01' content | neither 'name' nor 'path' names the object",
        "select 'a' name, 'b' path, X'01' content | both 'name' and 'path' name the object",
        "select 1 id, 'b' name, X'01' content | they have the unknown column 'id'",
      })
  void rowsThatMeanNothingAreRefusedWithBothShapes(String query, String reason) {
    assertRefused(
        query, Map.of("objectSize", "1k"), "Cannot write rows: " + reason, SYNTHETIC, CONTENT);
  }

  @Test
  void rowsAsTheyAreReadSayWhichColumnsAreTooMany() {
    assertRefused(
        "select 'a' path, current_timestamp() modificationTime, 1L length, 0L offset, X'01' content",
        Map.of(),
        "the unknown column 'modificationTime', 'length', 'offset'");
  }

  @ParameterizedTest
  @CsvSource({
    "objectSize, 1mb",
    "objectType, zeros",
    "objectName, a_{}",
    "seed, 1",
    "objectCount, 1",
    "compression, gzip",
    "tfrecordIndex, true",
    "layout, dlio"
  })
  void optionsOfGeneratedObjectsMeanNothingForContent(String option, String value) {
    assertRefused(
        "select 'a' name, X'01' content",
        Map.of(option, value),
        "Invalid option: '%s' (it means nothing here".formatted(option));
  }

  @Test
  void aSizeMustComeFromSomewhere() {
    assertRefused("select 1 id", Map.of(), "the objects have no size. Set objectSize");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plain.bin | without an index placeholder",
        "a_{count}_{} | {count} stands for a number that is not known here",
        "a_{ | unbalanced",
        "../{} | '..'",
        "/abs_{} | must be relative",
        "_hidden_{} | hides it from reads",
      })
  void badTemplatesAreRefused(String template, String rule) {
    assertRefused(
        "select 1 id",
        Map.of("objectSize", "1k", "objectName", template),
        "Invalid name template: '" + template + "'",
        rule);
  }

  @Test
  void aTemplateWithoutAPlaceholderNamesItsRemedies() {
    assertRefused(
        "select 0 id",
        Map.of("objectSize", "1k", "objectName", "one.bin"),
        "set objectCount, or name the objects by a column 'name'");
  }

  @Test
  void oneObjectMayHaveAPlainNameIfItIsKnownToBeOne() {
    save(
        "select 0 id",
        Map.of("objectSize", "1k", "objectName", "one.bin", "objectCount", "1"),
        "append",
        dir.toString());

    assertThat(dir.resolve("one.bin")).hasSize(1024);
  }

  @Test
  void theCountMayBePartOfNames() {
    save(
        "select 1 id",
        Map.of("objectSize", "1k", "objectName", "{index}_of_{count}", "objectCount", "2"),
        "append",
        dir.toString());

    assertThat(dir.resolve("1_of_2")).hasSize(1024);
  }

  @Test
  void anIdPastTheCountIsRefused() {
    assertThatThrownBy(
            () ->
                save(
                    "select 2 id",
                    Map.of("objectSize", "1k", "objectCount", "2"),
                    "append",
                    dir.toString()))
        .hasStackTraceContaining("Cannot write the row with id 2: Invalid index: 2");
  }

  @Test
  void overwriteNeedsToBeAllowed() {
    assertThatThrownBy(
            () -> save("select 1 id", Map.of("objectSize", "1k"), "overwrite", dir.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Set overwritePrefix to true");
  }

  @ParameterizedTest
  @CsvSource({"file:///", "/", "file:////", "/tmp/..", "direct:///"})
  void aRootIsNeverOverwritten(String root) {
    assertThatThrownBy(
            () ->
                save(
                    "select 1 id",
                    Map.of("objectSize", "1k", "overwritePrefix", "true"),
                    "overwrite",
                    root))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it is a root");
  }

  @ParameterizedTest
  @CsvSource({"error", "skip"})
  void overwriteModeTakesNoOtherOnExisting(String onExisting) {
    assertThatThrownBy(
            () ->
                save(
                    "select 1 id",
                    Map.of("objectSize", "1k", "overwritePrefix", "true", "onExisting", onExisting),
                    "overwrite",
                    dir.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid onExisting: '" + onExisting + "'");
  }

  @Test
  void aReadOptionIsRefused() {
    assertRefused(
        "select 1 id",
        Map.of("objectSize", "1k", "chunkBytes", "1mb"),
        "Invalid option: 'chunkbytes' (it means nothing here; it is a read option)");
  }
}
