package io.s3dlio.spark.read;

import static io.s3dlio.spark.read.ReadFixture.binaryFile;
import static io.s3dlio.spark.read.ReadFixture.execution;
import static io.s3dlio.spark.read.ReadFixture.file;
import static io.s3dlio.spark.read.ReadFixture.s3dlio;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Predicates of all kinds leave the same objects as they leave of {@code binaryFile}. */
class BinaryFileDifferenceTest {
  private static final List<String> NAMES =
      List.of("a", "b", "ab", "a-b", "B", "z", "ba", "\u00e9", "e\u0301", "\uffee", "\ud83d\ude00");
  private static final int ROUNDS = 60;

  private final Path directory;
  private Random random = new Random(0);

  BinaryFileDifferenceTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void write() throws IOException {
    int size = 0;
    for (String folder : List.of("", "a/", "b/", "\u00e9/")) {
      for (String name : NAMES) {
        Path file = file(directory, folder + name + ".bin", size);
        Files.setLastModifiedTime(file, FileTime.fromMillis((size - 5) * 1_000_000_007L));
        size++;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomPredicatesLeaveTheSameObjects(long seed) {
    random = new Random(seed);
    Dataset<Row> ours = s3dlio("rows").load(directory.toString()).drop("content");
    Dataset<Row> theirs = binaryFile().load(directory.toString()).drop("content").localCheckpoint();
    int answered = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String condition = predicate(3);

      Dataset<Row> filtered = ours.filter(condition.replace("ROOT", "file://" + directory));

      assertThat(names(filtered.filter("length > 0")))
          .as(condition)
          .isEqualTo(names(theirs.filter(condition.replace("ROOT", "file:" + directory))));
      answered += execution(filtered).optimizedPlan().toString().contains("Filter ") ? 0 : 1;
    }
    assertThat(answered).as("predicates that the listing answered").isGreaterThan(ROUNDS / 4);
  }

  private static List<String> names(Dataset<Row> rows) {
    return rows
        .selectExpr("regexp_replace(path, '^file:/+', '/')", "length", "modificationTime")
        .collectAsList()
        .stream()
        .map(row -> row.mkString("|"))
        .sorted()
        .toList();
  }

  @Test
  void emptyObjectsAreRowsHereAlone() {
    assertThat(s3dlio("rows").load(directory.toString()).filter("length = 0").count()).isEqualTo(1);
    assertThat(binaryFile().load(directory.toString()).filter("length = 0").count()).isZero();
  }

  private String predicate(int depth) {
    return switch (depth == 0 ? 3 + random.nextInt(7) : random.nextInt(10)) {
      case 0 -> "(%s and %s)".formatted(predicate(depth - 1), predicate(depth - 1));
      case 1 -> "(%s or %s)".formatted(predicate(depth - 1), predicate(depth - 1));
      case 2 -> "not (%s)".formatted(predicate(depth - 1));
      case 3 -> "length %s %s".formatted(operator(), number());
      case 4 -> "%s %s length".formatted(number(), operator());
      case 5 -> "path %s '%s'".formatted(operator(), path());
      case 6 -> "modificationTime %s %s".formatted(operator(), time());
      case 7 -> one("%1$s in (%2$s, %2$s, null)", "length in (%3$s, %4$s)", "path in ('%5$s')");
      case 8 ->
          one(
              "path like '%6$s%%'",
              "path like '%%%6$s'",
              "path like '%%%6$s%%'",
              "path like '%5$s'",
              "path like 'ROOT/%6$s%%'",
              "path like '%%/_.bin'",
              "startswith(path, 'ROOT/a')");
      default ->
          one(
              "length between %3$s and %4$s",
              "path between '%5$s' and '%7$s'",
              "cast(length as string) like '1%%'",
              "length %8$s 12.5",
              "cast(length as int) %8$s 7",
              "length %8$s cast(null as bigint)",
              "path %8$s cast(null as string)",
              "length %8$s '20'",
              "length + 1 %8$s %3$s",
              "date(modificationTime) %8$s date'1970-01-20'",
              "modificationTime %8$s '1970-01-20 01:02:03'",
              "upper(path) like '%%A.BIN'",
              "length is null",
              "path is not null");
    };
  }

  private String one(String... templates) {
    return templates[random.nextInt(templates.length)].formatted(
        "length",
        number(),
        number(),
        number(),
        path(),
        NAMES.get(random.nextInt(NAMES.size())),
        path(),
        operator());
  }

  private String operator() {
    return List.of("=", "<", "<=", ">", ">=", "<>", "<=>").get(random.nextInt(7));
  }

  private String number() {
    return random.nextInt(12) == 0 ? "null" : Integer.toString(random.nextInt(50) - 2);
  }

  private String time() {
    return "timestamp_millis(%dL)".formatted((random.nextInt(50) - 7) * 1_000_000_007L);
  }

  private String path() {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    return switch (random.nextInt(5)) {
      case 0 -> "ROOT/" + name;
      case 1 -> "ROOT/a/" + name + ".bin";
      case 2 -> "ROOT/" + name + ".bin";
      case 3 -> name;
      default -> "ROOT/\u00e9/" + name + ".bin";
    };
  }
}
