package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.sorted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.spark.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Globs in {@code load()}, held to what Spark's file sources read. */
class PathPatternsTest {
  private static final List<String> FILES =
      List.of(
          "train/a/part-0/01.bin",
          "train/a/part-0/x.bin",
          "train/a/part-1/11.bin",
          "train/a/part-1/deep/er.bin",
          "train/b/part-0/01.bin",
          "train/b/other/01.bin",
          "train/c/part-0/01.bin",
          "train/top.bin",
          "train/[x]/y{1}.bin",
          "train/back\\slash.bin",
          "train/a b%20+\u00e9.bin",
          "Case/UP.BIN",
          "case/up.bin",
          "tr/x.bin");

  private final Path directory;

  PathPatternsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void write() throws IOException {
    for (String name : FILES) {
      file(directory, name, 7);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train/*",
        "train/*/*",
        "train/*/*/*",
        "train/*/*/*/*",
        "*",
        "*/*",
        "train/a/part-*",
        "train/a/part-?/*.bin",
        "train/{a,b}/part-*/[0-9]?.bin",
        "train/{a/part-0,b/other}/*.bin",
        "train/{a/part-0,none/at/all}",
        "train/{a/part-0/x.bin,b/part-0}",
        "{train/a,case}/*",
        "train/[a-b]/part-0",
        "train/[^a]/part-0",
        "train/[!a]/part-0",
        "train/?/part-0/01.bin",
        "train/*/part-0/01.bin",
        "train/*/part-0/x.bin",
        "train/*/part-1",
        "train/\\[x\\]/y\\{1\\}.bin",
        "train/\\[x\\]/*",
        "train/[x]/*",
        "train/back\\\\slash.bin",
        "train/back*slash.bin",
        "train/a b%20+*",
        "train/*+\u00e9.bin",
        "[cC]ase/*",
        "case/*.BIN",
        "{case,Case}/*",
        "tr*/x.bin",
        "tr*/*.bin",
        "train/nothing*",
        "train/*/nothing",
        "nowhere/*/x",
        "train/**/01.bin",
        "train/a/part-{0,1}/{01,11}.bin",
        "train/{a,b}"
      })
  void aPatternReadsWhatSparksFileSourcesDo(String pattern) {
    for (boolean recursive : new boolean[] {true, false}) {
      assertThat(read("s3dlio", recursive, pattern))
          .as("recursive %s", recursive)
          .isEqualTo(read("binaryFile", recursive, pattern));
    }
  }

  @Test
  void pathsThatOverlapWithPatternsAreReadAsSparksFileSourcesDo() {
    String[][] loads = {
      {"train/a", "train/*"},
      {"train/*", "train/a"},
      {"train/*", "train/a*"},
      {"train/a*", "train/*/part-0"},
      {"train/*/part-0", "train/a/part-*"},
      {"train/*/part-0/*.bin", "train/a/part-0/x.bin", "train/a/part-0/*"},
      {"train", "train/*/part-*"},
      {"train/{a,b}/*", "train/b/part-0/01.bin"},
      {"train/*", "train/*"},
      {"*", "train/top.bin"}
    };
    for (String[] paths : loads) {
      for (boolean recursive : new boolean[] {true, false}) {
        assertThat(read("s3dlio", recursive, paths))
            .as("%s, recursive %s", List.of(paths), recursive)
            .isEqualTo(read("binaryFile", recursive, paths));
      }
    }
  }

  @Test
  void aPatternThatMatchesNothingIsNoPath() {
    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> s3dlio(true, "train/*/none").count())
        .withMessageStartingWith(
            "[PATH_NOT_FOUND] Path does not exist: file://%s/train/*/none (nothing matches this"
                + " pattern;",
            directory);
    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> s3dlio(true, "train/a", "none*").count())
        .withMessageContaining("none*");
  }

  @Test
  void aWildcardFindsNoHiddenNameUnlessItIsNamed() throws IOException {
    file(directory, "h/_dir/a", 1);
    file(directory, "h/_s3dlio/job/shard", 1);
    file(directory, "h/.git/b", 1);
    file(directory, "h/_file", 1);
    file(directory, "h/k=v/c", 1);
    file(directory, "h/plain/_d", 1);
    file(directory, "h/plain/e", 1);

    assertThat(names(s3dlio(true, "h/*"))).containsExactly("h/k=v/c", "h/plain/e");
    assertThat(read("binaryFile", true, "h/{_dir,.git,_file,plain}"))
        .as("Spark reads hidden directories that a path names, and no hidden file")
        .isEqualTo(List.of("h/.git/b", "h/_dir/a", "h/plain/e"));
    assertThat(read("binaryFile", true, "h/{_*,plain}"))
        .isEqualTo(List.of("h/_dir/a", "h/_s3dlio/job/shard", "h/plain/e"));
    assertThat(read("binaryFile", true, "h/[^k]*"))
        .as("Spark's wildcards find hidden directories")
        .isEqualTo(List.of("h/.git/b", "h/_dir/a", "h/_s3dlio/job/shard", "h/plain/e"));
    assertThat(names(s3dlio(true, "h/?*"))).containsExactly("h/k=v/c", "h/plain/e");
    assertThat(names(s3dlio(true, "h/[^x]*/?"))).containsExactly("h/k=v/c", "h/plain/e");
    assertThat(names(s3dlio(true, "h/_d*"))).containsExactly("h/_dir/a");
    assertThat(names(s3dlio(true, "h/{_dir,plain}"))).containsExactly("h/_dir/a", "h/plain/e");
    assertThat(names(s3dlio(true, "h", "h/{_dir,plain}/*", "h/.g*")))
        .containsExactly("h/.git/b", "h/_dir/a", "h/k=v/c", "h/plain/e");
    assertThat(names(s3dlio(true, "h/*/_?"))).containsExactly("h/plain/_d");
  }

  @Test
  void aPathIsTakenAsItIsWithoutGlobs() {
    String odd = directory + "/train/[x]/y{1}.bin";

    assertThat(names(reader(true).option("globPaths", false).load(odd)))
        .containsExactly("train/[x]/y{1}.bin");
    assertThat(names(reader(true).option("globPaths", false).load(directory + "/train/[x]")))
        .containsExactly("train/[x]/y{1}.bin");
    assertThatExceptionOfType(AnalysisException.class)
        .isThrownBy(() -> reader(true).load(odd).count())
        .withMessageContaining("option(\"globPaths\", false)");
  }

  @Test
  void aSlashAtTheEndMeansDirectoriesAlone() {
    assertThat(names(s3dlio(true, "train/*/"))).doesNotContain("train/top.bin").hasSize(8);
    assertThat(names(s3dlio(true, "train/{a/part-0,top.bin}/"))).hasSize(2);
  }

  @Test
  void whatIsNoGlobFailsWithTheRemedy() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> s3dlio(true, "train/[a").count())
        .withMessageContaining("Invalid path: 'file://%s/train/[a' (it is no glob:", directory)
        .withMessageContaining("write a backslash before what stands for itself");
  }

  private Object read(String format, boolean recursive, String... paths) {
    try {
      return names(
          LocalSpark.session()
              .read()
              .format(format)
              .option("recursiveFileLookup", recursive)
              .load(absolute(paths)));
    } catch (Exception e) {
      assertThat(e).hasMessageContaining("[PATH_NOT_FOUND]");
      return "PATH_NOT_FOUND";
    }
  }

  private static DataFrameReader reader(boolean recursive) {
    return LocalSpark.session().read().format("s3dlio").option("recursiveFileLookup", recursive);
  }

  private Dataset<Row> s3dlio(boolean recursive, String... paths) {
    return reader(recursive).load(absolute(paths));
  }

  private String[] absolute(String... paths) {
    List<String> absolute = new ArrayList<>();
    for (String path : paths) {
      absolute.add(directory + "/" + path);
    }
    return absolute.toArray(new String[0]);
  }

  private List<String> names(Dataset<Row> rows) {
    return sorted(rows.selectExpr("regexp_replace(path, '^file:/+', '/')")).stream()
        .map(path -> path.substring(directory.toString().length() + 1))
        .toList();
  }
}
