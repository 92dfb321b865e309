package io.s3dlio.spark.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether the bundle's classes find all that they name in the jars of each Spark. */
class BundleLinkIT {
  /** Classes that are used only where Spark has what they need, and the first such version. */
  private static final Map<String, Python> NEWER =
      Map.of(
          "io.s3dlio.spark.read.KilledTasks$Listening", Python.SPARK_4_2_0,
          "io.s3dlio.spark.read.SamplingScanBuilder", Python.SPARK_4_2_0);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void everyReferenceOfEveryClassIsThereButOfThoseThatNeedANewerSpark(Python python)
      throws Exception {
    Map<String, List<String>> problems = Linkage.problems(Build.bundle(), python.sparkJars(folder));

    assertThat(problems.keySet()).as("%s", problems).isEqualTo(tooNew(python));
  }

  /** The verifier looks at what is handed to whom, and so at the parents of Spark's classes. */
  @ParameterizedTest
  @EnumSource
  void theJvmLoadsAndVerifiesEveryClassOfOurs(Python python) throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(
            classPath(python.sparkJars(folder)), ClassLoader.getPlatformClassLoader())) {
      for (String name : ours()) {
        if (!tooNew(python).contains(name)) {
          // Asking a class for its methods links it, and does not initialize it.
          assertThatCode(() -> Class.forName(name, false, loader).getDeclaredMethods())
              .as(name)
              .doesNotThrowAnyException();
        }
      }
    }
  }

  private static Set<String> tooNew(Python python) {
    return NEWER.entrySet().stream()
        .filter(entry -> entry.getValue().compareTo(python) > 0)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private static URL[] classPath(Path sparkJars) throws IOException {
    List<URL> urls = new ArrayList<>();
    try (Stream<Path> jars = Files.list(sparkJars)) {
      for (Path jar : jars.sorted().toList()) {
        urls.add(jar.toUri().toURL());
      }
    }
    urls.add(Build.bundle().toUri().toURL());
    return urls.toArray(URL[]::new);
  }

  private static List<String> ours() throws IOException {
    try (JarFile jar = new JarFile(Build.bundle().toFile())) {
      return jar.stream()
          .map(JarEntry::getName)
          .filter(name -> name.matches("io/s3dlio/(?!shaded/).*\\.class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toList();
    }
  }
}
