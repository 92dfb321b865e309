package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The tests that are written in Python, and those of the Python package, on each PySpark. */
class PySparkIT {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"SPARK_4_1", "SPARK_4_2"})
  void passesEveryTestInPython(Python python) throws Exception {
    pass(python, tests());
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"SPARK_4_1", "SPARK_4_2"})
  void passesTheTestsOfEachApiInPython(Python python) throws Exception {
    pass(python, tests("-m", "matrix"));
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"SPARK_4_1", "SPARK_4_2"})
  void passesEveryTestInPythonOnTheOtherVersionsToo(Python python) throws Exception {
    pass(python, tests());
  }

  /** Spark Connect, which has a session of its own, and the package as a wheel. */
  @Test
  void passesTheTestsForWhichOneVersionIsEnough() throws Exception {
    pass(Python.SPARK_4_2, List.of(Python.testsForOneVersion().toString()));
  }

  private static List<String> tests(String... selection) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-o",
                "pythonpath=" + Python.sources(),
                Python.tests().toString(),
                Python.sources().resolve("tests").toString()));
    arguments.addAll(List.of(selection));
    return arguments;
  }

  private void pass(Python python, List<String> tests) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-m",
                "pytest",
                "--verbose",
                "-p",
                "no:cacheprovider",
                "--basetemp=" + folder.resolve("data")));
    arguments.addAll(tests);
    try (ChildProcess pytest = python.start(folder, arguments.toArray(String[]::new))) {
      String log = pytest.succeed();
      assertThat(log).containsPattern("=+ \\d+ passed").doesNotContain("skipped");
    }
  }
}
