package io.s3dlio.spark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.spark.AzureCloud;
import io.s3dlio.spark.Cloud;
import io.s3dlio.spark.ForkedSpark;
import io.s3dlio.spark.GcsCloud;
import io.s3dlio.spark.S3Cloud;
import io.s3dlio.testing.AzureServer;
import io.s3dlio.testing.GcsServer;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page {@code docs/guide.md} does what it says, and tells all that the Rust guide tells. */
class GuideTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Path PAGE = DOCS.resolve("guide.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("```java\n(.*?)```(?:\n```text\n(.*?)```)?", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([a-zA-Z.]*)(?:#([^)]*))?\\)");
  private static final String BUCKET = "s3://bucket/";

  /** The data set of the examples: 100 objects of 1000 bytes, of which all are seen. */
  private static final long EPOCH = 100_000;

  /**
   * @param code statements, with the imports that they need
   * @param output what they print, if the page says it
   */
  private record Example(String code, String output) {
    String source(String name, String bucket) {
      String imports = lines(true);
      return "%s\npublic class %s extends io.s3dlio.spark.docs.Guide {\n  @Override\n  public void run() throws Exception {\n%s\n  }\n}\n"
          .formatted(imports, name, lines(false).replace(BUCKET, bucket));
    }

    private String lines(boolean imports) {
      return code.lines()
          .filter(line -> line.startsWith("import ") == imports)
          .collect(Collectors.joining("\n"));
    }

    boolean iterates() {
      return code.contains("trainStep(") || code.contains("process(");
    }
  }

  private static List<Example> examples() throws IOException {
    Matcher matcher = EXAMPLE.matcher(Files.readString(PAGE));
    List<Example> examples = new ArrayList<>();
    while (matcher.find()) {
      examples.add(new Example(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2)));
    }
    return examples;
  }

  /** Each that there is. */
  static Stream<Cloud> clouds() {
    Stream<Cloud> others =
        Stream.of(AzureServer.azurite().map(AzureCloud::new), GcsServer.fake().map(GcsCloud::new))
            .flatMap(Optional::stream);
    return Stream.concat(Stream.of(new S3Cloud(S3Server.best())), others);
  }

  @ParameterizedTest
  @MethodSource("clouds")
  void everyExampleCompilesRunsAndPrintsWhatThePageSays(Cloud cloud, @TempDir Path directory)
      throws Exception {
    String name = "guide-" + UUID.randomUUID();
    cloud.create(name);
    String bucket = "%s://%s/".formatted(cloud.scheme(), name);
    List<Example> examples = examples();
    compile(examples, bucket, directory);
    String environment =
        cloud.environment().entrySet().stream()
            .map(variable -> "%s='%s' ".formatted(variable.getKey(), variable.getValue()))
            .collect(Collectors.joining());

    ForkedSpark.Result result =
        ForkedSpark.run(
            environment + "exec \"$@\"",
            GuideRun.class,
            directory.toString(),
            String.valueOf(examples.size()),
            bucket);

    assertThat(result.code()).describedAs(result.output()).isZero();
    String[] ran = result.output().split(Pattern.quote(GuideRun.BEGIN));
    assertThat(ran).hasSize(examples.size() + 1);
    for (int i = 0; i < examples.size(); i++) {
      check(examples.get(i), ran[i + 1]);
    }
  }

  private static void check(Example example, String ran) {
    String printed = ran.substring(ran.indexOf('\n') + 1, ran.indexOf(GuideRun.SEEN));
    if (!example.output().isEmpty()) {
      assertThat(printed).as(example.code()).isEqualTo(example.output());
    }
    long seen =
        Long.parseLong(ran.substring(ran.indexOf(GuideRun.SEEN) + 8).lines().findFirst().get());
    if (example.iterates()) {
      assertThat(seen).as(example.code()).isPositive();
    }
    boolean whole =
        example.code().contains("s3://bucket/train/\"") && !example.code().contains("cancel()");
    if (example.iterates() && whole) {
      assertThat(seen % EPOCH).as("whole epochs of\n%s", example.code()).isZero();
    }
  }

  private static void compile(List<Example> examples, String bucket, Path directory)
      throws IOException {
    List<Path> sources = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      Path source = directory.resolve("Example" + i + ".java");
      Files.writeString(source, examples.get(i).source("Example" + i, bucket));
      sources.add(source);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of(
                    "-d",
                    directory.toString(),
                    "-proc:none",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))),
                null,
                compiler
                    .getStandardFileManager(null, null, null)
                    .getJavaFileObjectsFromPaths(sources))
            .call();
    assertThat(compiled).describedAs(messages.toString()).isTrue();
  }

  /** The headings of the API guide of s3dlio v0.9.2, below its title. */
  private static final List<String> HEADINGS =
      List.of(
          "Overview",
          "What's New in v0.9.2",
          "New Features",
          "From v0.9.0",
          "Performance Improvements",
          "Configuration Hierarchy: Understanding the Three Levels",
          "Level 1: LoaderOptions (User-Facing, Training-Centric)",
          "Level 2: PoolConfig (Performance Tuning, Optional)",
          "Level 3: RangeEngineConfig (Internal Optimization, Hidden)",
          "Comparison with PyTorch DataLoader",
          "PyTorch vs s3dlio Side-by-Side",
          "Design Philosophy",
          "Breaking Changes from v0.8.22",
          "1. ObjectStore::get() Return Type",
          "2. ObjectStore::get_range() Return Type",
          "3. Dependencies",
          "Core API",
          "Creating a Storage Backend",
          "Basic Operations",
          "Get (Read)",
          "Put (Write)",
          "List",
          "Delete",
          "Stat (Metadata)",
          "Adaptive Configuration (NEW)",
          "Basic Usage",
          "Workload Types",
          "Key Principles",
          "Examples",
          "When to Use Adaptive",
          "Storage Backends",
          "S3 (AWS, MinIO, Vast, etc.)",
          "Azure Blob Storage",
          "Local Filesystem",
          "Google Cloud Storage (Experimental)",
          "Data Loaders",
          "Basic Usage (Level 1: LoaderOptions Only)",
          "Advanced Usage (Level 2: PoolConfig Tuning)",
          "Dataset Creation",
          "Async Iteration",
          "Loader Options",
          "Graceful Shutdown (v0.9.2)",
          "Advanced Features",
          "Writer Options",
          "Checkpoint Operations",
          "Data Generation (put)",
          "Page Cache Optimization (v0.8.8+)",
          "Migration Guide",
          "From v0.8.22 to v0.9.0",
          "Step 1: Update Dependencies",
          "Step 2: Update ObjectStore Calls",
          "Step 3: Update Type Signatures",
          "Step 4: Test Data Loaders",
          "Step 5: Optional - Enable Adaptive Tuning",
          "Compatibility Checklist",
          "Performance Tips",
          "1. Use Bytes for Zero-Copy",
          "2. Tune for Your Workload",
          "3. Use Adaptive for Unknown Workloads",
          "4. DirectIO for High-Speed Storage",
          "Complete Data Loading Pipeline",
          "Checkpoint Save/Load",
          "Additional Resources");

  @Test
  void everyHeadingOfTheRustGuideHasAPlaceHere() throws IOException {
    List<String> rows = Files.readAllLines(PAGE);

    for (String heading : HEADINGS) {
      assertThat(rows)
          .as("the row of '%s'", heading)
          .filteredOn(row -> row.startsWith("| " + heading + " | "))
          .singleElement()
          .satisfies(row -> assertThat(LINK.matcher(row).find()).isTrue());
    }
  }

  @Test
  void everyLinkOfThePagesLeadsSomewhere() throws IOException {
    try (Stream<Path> pages = Files.list(DOCS)) {
      for (Path page : pages.filter(path -> path.toString().endsWith(".md")).toList()) {
        Matcher link = LINK.matcher(Files.readString(page));
        while (link.find()) {
          Path target = link.group(1).isEmpty() ? page : DOCS.resolve(link.group(1));
          assertThat(target).as("%s of %s", link.group(), page).exists();
          if (link.group(2) != null) {
            assertThat(anchors(target)).as("%s of %s", link.group(), page).contains(link.group(2));
          }
        }
      }
    }
  }

  /** Returns what GitHub makes of headings. */
  private static List<String> anchors(Path page) throws IOException {
    return Arrays.stream(Files.readString(page).split("\n"))
        .filter(line -> line.matches("#{1,6} .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .toList();
  }

  /** Names of classes and methods in the second table are there. */
  @Test
  void everyNameOfOursIsInThePagesExamplesOrInTheCode() throws IOException {
    String page = Files.readString(PAGE);
    String table = page.substring(page.indexOf("| Name there | Here |"));
    List<String> missing = new ArrayList<>();
    for (String row : table.lines().skip(2).toList()) {
      Matcher name =
          Pattern.compile("`([A-Za-z.]+)(?:\\([A-Za-z]*\\))?`").matcher(row.split("\\|")[2]);
      while (name.find()) {
        String last = name.group(1).substring(name.group(1).lastIndexOf('.') + 1);
        if (!isInCode(last)) {
          missing.add(name.group(1));
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static boolean isInCode(String name) throws IOException {
    Pattern word = Pattern.compile("\\b" + name + "\\b");
    for (String module : List.of("storage-core", "datagen", "connector")) {
      try (Stream<Path> sources = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
          if (word.matcher(Files.readString(source)).find()) {
            return true;
          }
        }
      }
    }
    return name.equals("ByteBuffer");
  }
}
