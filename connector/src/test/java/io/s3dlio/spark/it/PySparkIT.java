package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.AzureCloud;
import io.s3dlio.spark.Cloud;
import io.s3dlio.spark.GcsCloud;
import io.s3dlio.spark.S3Cloud;
import io.s3dlio.testing.AzureServer;
import io.s3dlio.testing.GcsServer;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The tests that are written in Python, and those of the Python package, on each PySpark. */
class PySparkIT {
  private static final Cloud S3 = new S3Cloud(S3Server.best());

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

  @EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
  @Test
  void passesTheTestsOfABucketOnAzure() throws Exception {
    passTheTestsOfABucket(new AzureCloud(AzureServer.azurite().orElseThrow()));
  }

  @EnabledIf("io.s3dlio.testing.GcsServer#isThere")
  @Test
  void passesTheTestsOfABucketOnGcs() throws Exception {
    passTheTestsOfABucket(new GcsCloud(GcsServer.fake().orElseThrow()));
  }

  private void passTheTestsOfABucket(Cloud cloud) throws Exception {
    List<String> tests = new ArrayList<>(List.of("-o", "pythonpath=" + Python.sources()));
    tests.add(Python.tests().resolve("test_content_ref.py").toString());
    tests.addAll(List.of("-k", "cloud"));
    pass(Python.SPARK_4_2, environment(cloud), tests);
  }

  /** Spark Connect, which has a session of its own, and the package as a wheel. */
  @Test
  void passesTheTestsForWhichOneVersionIsEnough() throws Exception {
    pass(Python.SPARK_4_2, List.of(Python.testsForOneVersion().toString()));
  }

  /** NumPy, TensorFlow, h5py, h5dump and DLIO are the judges of what is written for them. */
  @Test
  void writesFilesThatTheReadersOfTheirFormatsTake() throws Exception {
    Path tests = Python.testsOfFormats();
    Path dlio = Python.dlio();
    Map<String, String> variables =
        Map.of(
            "PYTHONPATH",
            Stream.of(Python.tests(), tests, Python.formats(), Python.packages(dlio))
                .map(Path::toString)
                .collect(Collectors.joining(":")),
            "MPI4PY_LIBMPI",
            dlio.resolve("lib").toString(),
            "S3DLIO_HDF5_TOOLS",
            Python.hdf5Tools().toString());
    pass(Python.SPARK_4_2, variables, List.of("-p", "conftest", tests.toString()));
  }

  /** The PyTorch that {@code .ci/run} puts beside the environments. */
  @Test
  void makesTensorsOfPyTorch() throws Exception {
    Path torch = Python.torch();
    Path tests = Python.testsOfTensors();
    Map<String, String> variables =
        Map.of(
            "PYTHONPATH",
            Stream.of(Python.tests(), tests, Python.sources(), torch.resolve("python"))
                .map(Path::toString)
                .collect(Collectors.joining(":")),
            "LD_LIBRARY_PATH",
            torch.resolve("lib").toString());
    pass(Python.SPARK_4_2, variables, List.of("-p", "conftest", tests.toString()));
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

  /** The environment alone says where the bucket is, and whose the requests are. */
  private static Map<String, String> environment(Cloud cloud) throws IOException {
    Map<String, String> variables = new HashMap<>(cloud.environment());
    variables.put("S3DLIO_TEST_BUCKET", cloud.folder().uri());
    return variables;
  }

  private void pass(Python python, List<String> tests) throws Exception {
    pass(python, environment(S3), tests);
  }

  private void pass(Python python, Map<String, String> variables, List<String> tests)
      throws Exception {
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
    try (ChildProcess pytest = python.start(folder, variables, arguments)) {
      String log = pytest.succeed();
      assertThat(log).containsPattern("=+ \\d+ passed").doesNotContain("skipped");
    }
  }
}
