package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tests in {@code src/test/python} and of the Python package, on each PySpark. */
class PySparkIT {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"SPARK_4_1", "SPARK_4_2"})
  void passesEveryTestInPython(Python python) throws Exception {
    try (ChildProcess pytest =
        python.start(
            folder,
            "-m",
            "pytest",
            "--verbose",
            "-p",
            "no:cacheprovider",
            "--basetemp=" + folder.resolve("data"),
            "-o",
            "pythonpath=" + Python.sources(),
            Python.tests().toString(),
            Python.sources().resolve("tests").toString())) {
      String log = pytest.succeed();
      assertThat(log).containsPattern("=+ \\d+ passed").doesNotContain("skipped");
    }
  }
}
