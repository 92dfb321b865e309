package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static io.s3dlio.spark.read.ReadFixture.withOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.spark.LocalSpark;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StoreConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads of objects that are named by their index. */
class NameTemplateReadTest {
  private final Path directory;

  NameTemplateReadTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Dataset<Row> read(String template, long count) {
    return s3dlio("columnar")
        .option("nameTemplate", template)
        .option("count", count)
        .load(directory.toString());
  }

  @Test
  void readsWhatAWriteOfThatNameMadeInTheOrderOfTheIndexes() {
    LocalSpark.session()
        .range(12)
        .write()
        .format("s3dlio")
        .option("objectName", "d{:02d}/s-{}.bin")
        .option("objectSize", "1k")
        .mode("append")
        .save(directory.toString());

    Dataset<Row> rows = read("d{:02d}/s-{}.bin", 12);

    assertThat(rows.select("path").collectAsList())
        .extracting(row -> row.getString(0).substring(("file://" + directory).length()))
        .containsExactly(
            "/d00/s-0.bin",
            "/d01/s-1.bin",
            "/d02/s-2.bin",
            "/d03/s-3.bin",
            "/d04/s-4.bin",
            "/d05/s-5.bin",
            "/d06/s-6.bin",
            "/d07/s-7.bin",
            "/d08/s-8.bin",
            "/d09/s-9.bin",
            "/d10/s-10.bin",
            "/d11/s-11.bin");
    assertThat(rows.selectExpr("sum(length(content))").first().getLong(0)).isEqualTo(12 * 1024);
    assertThat(read("d{:02d}/s-{}.bin", 5).count()).isEqualTo(5);
    assertThat(read("d{:02d}/s-{}.bin", 0).count()).isZero();
    assertThat(
            s3dlio("rows")
                .option("nameTemplate", "d{:02d}/s-{}.bin")
                .option("count", 12)
                .option("pathGlobFilter", "*-1*")
                .load(directory.toString())
                .count())
        .isEqualTo(3);
  }

  @Test
  void listsNothing() throws IOException {
    FakeStore store = new FakeStore();
    for (int i = 0; i < 1000; i++) {
      store.add("s3://b/d/x" + i, i);
    }
    ListSettings settings =
        new ListSettings(
            true,
            StoreConfig.DEFAULT,
            5000,
            ObjectFilter.ALL,
            true,
            Optional.of(new NameSource.ByTemplate("x{}", 1000)),
            PartitionColumns.NONE);

    ObjectTable table =
        ObjectLister.list(
                List.of(Location.parse("s3://b/d")), settings, (location, config) -> store)
            .tables()
            .get(0);

    assertThat(table.size()).isEqualTo(1000);
    assertThat(table.location(999)).hasToString("s3://b/d/x999");
    assertThat(table.length(999)).isEqualTo(999);
    assertThat(store.stats).hasValue(1000);
    assertThat(store.listings).hasValue(0);
  }

  @Test
  void aMissingObjectIsToldByItsIndex() throws IOException {
    file(directory, "x0", 1);
    file(directory, "x2", 1);

    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> read("x{}", 3).count())
        .withMessageContaining(
            "file://" + directory + "/x1 (nameTemplate at index 1 names it, and it is no object)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "nameTemplate=x{}; Invalid options: nameTemplate and count go together, and count is missing",
        "count=3; Invalid options: nameTemplate and count go together, and nameTemplate is missing",
        "count=-1; Invalid count: '-1'",
        "nameTemplate=x,count=2; Invalid name template: 'x' (without an index placeholder",
        "nameTemplate=../{},count=2; Invalid name template: '../{}'",
        "nameTemplate=x{},count=2,manifest=m; Invalid options: manifest and nameTemplate both name",
        "nameTemplate=x{},count=2,recursiveFileLookup=true; Invalid option: 'recursiveFileLookup'"
            + " (nameTemplate names the objects that are read)",
      })
  void whatMeansNothingIsRefused(String options, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withOptions(options).load(directory.toString()).count())
        .withMessageStartingWith(message);
  }

  @Test
  void itNamesObjectsBelowOnePlainPath() {
    DataFrameReader reader = s3dlio("rows").option("nameTemplate", "x{}").option("count", 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.load(directory + "/a", directory + "/b").count())
        .withMessageContaining("it names objects below one path, and the load has 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.load(directory + "/*").count())
        .withMessageContaining("'nameTemplate' (it names objects below plain paths");
  }
}
