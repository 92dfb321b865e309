package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The virtual environments that {@code .ci/run} makes: one for each Spark that is supported. */
enum Python {
  SPARK_4_0("S3DLIO_PYTHON_4_0", "venv-4.0", 21),
  SPARK_4_1("S3DLIO_PYTHON_4_1", "venv-4.1", 21),
  /** The version whose columnar Python input hangs. */
  SPARK_4_2_0("S3DLIO_PYTHON_4_2_0", "venv-4.2.0", Integer.MAX_VALUE),
  /** The newest 4.2, and what notebooks, Spark Connect and the package's build need. */
  SPARK_4_2("S3DLIO_PYTHON", "venv", Integer.MAX_VALUE),
  SPARK_4_3("S3DLIO_PYTHON_4_3", "venv-4.3", Integer.MAX_VALUE);

  private final String variable;
  private final String environment;
  private final int newestJava;

  Python(String variable, String environment, int newestJava) {
    this.variable = variable;
    this.environment = environment;
    this.newestJava = newestJava;
  }

  /**
   * Starts a Python program to which the bundle is known as {@code S3DLIO_JAR} and the folder of
   * the package as {@code S3DLIO_PYTHON_SOURCES}. Where there is no such environment the test is
   * skipped by an assumption that names it, and fails in CI; where its Spark does not run on this
   * Java the test is skipped.
   *
   * @param folder where it works and its output goes
   */
  ChildProcess start(Path folder, String... arguments) throws IOException {
    return start(folder, Map.of(), List.of(arguments));
  }

  /** Starts one with these variables in its environment, too. */
  ChildProcess start(Path folder, Map<String, String> variables, List<String> arguments)
      throws IOException {
    assumeOrTell(
        Runtime.version().feature() <= newestJava,
        "Java %d at most for the Spark of '%s'".formatted(newestJava, environment));
    Path python = executable();
    List<String> command = new ArrayList<>(List.of(python.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_LOCAL_DIRS", folder.resolve("spark-local").toString());
    builder.environment().put("PYSPARK_PYTHON", python.toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("PYTHONPATH", tests().toString());
    builder.environment().put("S3DLIO_JAR", Build.bundle().toString());
    builder.environment().put("S3DLIO_PYTHON_SOURCES", sources().toString());
    builder.environment().putAll(variables);
    return ChildProcess.start(builder, folder.resolve("python.log"));
  }

  /** Returns the folder of the jars of its Spark, or skips the test as {@link #start} does. */
  Path sparkJars(Path folder) throws IOException, InterruptedException {
    try (ChildProcess where =
        start(folder, "-c", "import os, pyspark; print(os.path.dirname(pyspark.__file__))")) {
      return Path.of(where.succeed().strip(), "jars");
    }
  }

  /** Returns the folder of the tests that are written in Python. */
  static Path tests() {
    return Build.root().resolve("connector/src/test/python");
  }

  /** Returns the folder of those that need one environment's packages. */
  static Path testsForOneVersion() {
    return Build.root().resolve("connector/src/test/python-once");
  }

  /** Returns the folder of those that read file formats with libraries that others wrote. */
  static Path testsOfFormats() {
    return Build.root().resolve("connector/src/test/python-formats");
  }

  /**
   * Returns the folder of the packages that read file formats, TensorFlow and h5py. Where it is
   * missing the test is skipped by an assumption that names it, and fails in CI.
   */
  static Path formats() throws IOException {
    return packages(environment("venv-formats", "Readers of file formats"));
  }

  /**
   * Returns the folder of the environment of the benchmark DLIO, which has an MPI of its own. Where
   * it is missing the test is skipped by an assumption that names it, and fails in CI.
   */
  static Path dlio() {
    return environment("venv-dlio", "DLIO");
  }

  private static Path environment(String name, String what) {
    Path folder = Build.root().resolve(".ci/cache").resolve(name);
    need(
        Files.isDirectory(folder.resolve("lib")),
        "%s (%s is no environment; run .ci/run)".formatted(what, folder));
    return folder;
  }

  /** Returns the folder of an environment's packages. */
  static Path packages(Path environment) throws IOException {
    try (Stream<Path> versions = Files.list(environment.resolve("lib"))) {
      return versions
          .map(version -> version.resolve("site-packages"))
          .filter(Files::isDirectory)
          .findAny()
          .orElseThrow();
    }
  }

  /** Returns the folder of those that need PyTorch. */
  static Path testsOfTensors() {
    return Build.root().resolve("connector/src/test/python-torch");
  }

  /**
   * Returns the folder of PyTorch: its packages in {@code python}, its libraries in {@code lib}.
   * Where it is missing the test is skipped by an assumption that names it, and fails in CI.
   */
  static Path torch() {
    Path torch = Build.root().resolve(".ci/cache/torch");
    String missing = "PyTorch (%s is no folder; run .ci/run)".formatted(torch);
    need(Files.isDirectory(torch.resolve("python/torch")), missing);
    return torch;
  }

  /** Returns the folder of the Python package and its tests. */
  static Path sources() {
    return Build.root().resolve("connector/python");
  }

  private Path executable() {
    Path python =
        Optional.ofNullable(System.getenv(variable))
            .map(Path::of)
            .orElse(Build.root().resolve(".ci/cache").resolve(environment).resolve("bin/python"));
    String missing =
        "Python environment '%s' (%s is no file; set %s or run .ci/run)"
            .formatted(environment, python, variable);
    need(Files.isRegularFile(python), missing);
    return python;
  }

  /** Fails in CI, and skips the test elsewhere, unless what it names is there. */
  private static void need(boolean there, String what) {
    if ("true".equals(System.getenv("CI"))) {
      assertThat(there).as(what).isTrue();
    }
    assumeOrTell(there, what);
  }

  private static void assumeOrTell(boolean there, String what) {
    if (!there) {
      System.err.println("Skipped, it needs: " + what); // Reports count skipped tests only.
    }
    assumeTrue(there, what);
  }
}
