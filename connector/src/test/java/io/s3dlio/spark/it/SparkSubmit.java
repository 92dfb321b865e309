package io.s3dlio.spark.it;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * Runs programs as {@code spark-submit} does: a JVM with Spark's jars, to which only the bundle is
 * submitted. Programs of these tests are on the class path, classes of the connector are not.
 */
record SparkSubmit(Path folder, String master, Map<String, String> settings) {
  static final String LOCAL = "local[2]";

  /** Two workers, each with one executor of one core, in processes of their own. */
  static final String CLUSTER = "local-cluster[2,1,1024]";

  /**
   * @param folder where the process works and its output goes
   */
  SparkSubmit(Path folder, String master) {
    this(folder, master, Map.of());
  }

  ChildProcess start(Class<?> program, String... arguments) throws IOException {
    return start(program.getName(), arguments);
  }

  ChildProcess start(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
    command.add("-Xmx1g");
    command.add("-cp");
    command.add(Build.sparkHome().resolve("jars/*") + ":" + testClasses());
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(List.of("--master", master, "--class", program));
    setting(command, "spark.ui.enabled", "false");
    setting(command, "spark.driver.bindAddress", "127.0.0.1");
    setting(command, "spark.driver.host", "127.0.0.1");
    setting(command, "spark.executor.extraClassPath", testClasses());
    setting(command, "spark.scheduler.minRegisteredResourcesRatio", "1.0");
    setting(command, "spark.scheduler.maxRegisteredResourcesWaitingTime", "300s");
    settings.forEach((key, value) -> setting(command, key, value));
    command.add(Build.bundle().toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    // Nobody's own keys and endpoints.
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("(AWS|AZURE|GOOGLE|STORAGE|S3DLIO_TEST)_.*"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SPARK_HOME", sparkHome().toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_LOCAL_DIRS", folder.resolve("spark-local").toString());
    return ChildProcess.start(
        builder, folder.resolve(program.substring(program.lastIndexOf('.') + 1) + ".log"));
  }

  /** A home of the process's own, since workers leave their files there. */
  private Path sparkHome() throws IOException {
    Path home = folder.resolve("spark-home");
    if (Files.notExists(home)) {
      Files.createSymbolicLink(
          Files.createDirectory(home).resolve("jars"), Build.sparkHome().resolve("jars"));
    }
    return home;
  }

  private static void setting(List<String> command, String key, String value) {
    command.add("--conf");
    command.add(key + "=" + value);
  }

  private static String testClasses() {
    try {
      return Path.of(SparkSubmit.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
