package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.spark.config.ResolvedOptions.Origin;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.PageCacheMode;
import io.s3dlio.storage.cloud.VerifyRead;
import io.s3dlio.storage.s3.S3Config;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.util.Utils;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import scala.jdk.javaapi.CollectionConverters;

class ResolvedOptionsTest {
  private static final Map<String, String> NONE = Map.of();

  @Test
  void anOptionBeatsTheSessionWhichBeatsSparkWhichBeatsTheDefault() {
    Map<String, String> spark = Map.of("spark.sql.files.maxPartitionBytes", "1mb");
    Map<String, String> session =
        Map.of(
            "spark.sql.files.maxPartitionBytes", "1mb",
            "spark.datasource.s3dlio.maxPartitionBytes", "2mb");

    ResolvedOptions byDefault = ResolvedOptions.forRead(NONE, NONE);
    ResolvedOptions bySpark = ResolvedOptions.forRead(NONE, spark);
    ResolvedOptions bySession = ResolvedOptions.forRead(NONE, session);
    ResolvedOptions byOption = ResolvedOptions.forRead(Map.of("MAXPARTITIONBYTES", "3mb"), session);

    assertThat(byDefault.value(ReadOptions.MAX_PARTITION_BYTES)).isEqualTo(128L << 20);
    assertThat(byDefault.origin(ReadOptions.MAX_PARTITION_BYTES)).isEqualTo(Origin.DEFAULT);
    assertThat(bySpark.value(ReadOptions.MAX_PARTITION_BYTES)).isEqualTo(1L << 20);
    assertThat(bySpark.origin(ReadOptions.MAX_PARTITION_BYTES)).isEqualTo(Origin.SPARK);
    assertThat(bySession.value(ReadOptions.MAX_PARTITION_BYTES)).isEqualTo(2L << 20);
    assertThat(bySession.origin(ReadOptions.MAX_PARTITION_BYTES)).isEqualTo(Origin.SESSION);
    assertThat(byOption.value(ReadOptions.MAX_PARTITION_BYTES)).isEqualTo(3L << 20);
    assertThat(byOption.origin(ReadOptions.MAX_PARTITION_BYTES)).isEqualTo(Origin.OPTION);
  }

  @Test
  void anUnknownOptionFailsWithTheNearestName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResolvedOptions.forRead(Map.of("chunkByte", "1mb"), NONE))
        .withMessage("Invalid option: 'chunkbyte' is unknown (did you mean 'chunkBytes'?)");
  }

  @Test
  void anOptionOfTheOtherDirectionIsRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResolvedOptions.forRead(Map.of("objectSize", "1mb"), NONE))
        .withMessage("Invalid option: 'objectsize' (it means nothing here; it is a write option)");
  }

  @ParameterizedTest
  @CsvSource({
    "pinMemory, pin tensors where they are made",
    "PERSISTENTWORKERS, spark.python.worker.reuse",
  })
  void anOptionOfTheLoadersIsRefusedWithWhatThereIsInstead(String name, String instead) {
    String reason = "it is one of s3dlio's loaders, and means nothing in Spark: ";
    Map<String, String> given = Map.of(name, "true");
    Map<String, String> session = Map.of("spark.datasource.s3dlio." + name, "true");
    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            () -> ResolvedOptions.forRead(given, NONE),
            () -> ResolvedOptions.forWrite(given, NONE),
            () -> ResolvedOptions.forRead(NONE, session))) {
      assertThatIllegalArgumentException()
          .isThrownBy(use)
          .withMessageContaining(name.equals("PERSISTENTWORKERS") ? "persistentWorkers" : name)
          .withMessageContaining(reason)
          .withMessageContaining(instead);
    }
  }

  @Test
  void sessionDefaultsOfTheOtherDirectionAreSkippedEvenAmongTheOptions() {
    Map<String, String> session = Map.of("spark.datasource.s3dlio.objectSize", "1mb");

    ResolvedOptions options = ResolvedOptions.forRead(Map.of("objectSize", "1mb"), session);

    assertThat(options.explicit()).isEmpty();
  }

  @Test
  void anUnknownSessionDefaultFails() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ResolvedOptions.forRead(NONE, Map.of("spark.datasource.s3dlio.prefech", "1")))
        .withMessageContaining("'spark.datasource.s3dlio.prefech'")
        .withMessageContaining("did you mean 'prefetch'?");
  }

  @Test
  void aJvmOptionIsRefusedWithThePlaceWhereItBelongs() {
    String remedy = "it is a JVM option: set spark.s3dlio.memoryBudget before the session starts";

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResolvedOptions.forRead(Map.of("memoryBudget", "1gb"), NONE))
        .withMessage("Invalid option: 'memorybudget' (%s)", remedy);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ResolvedOptions.forWrite(
                    NONE, Map.of("spark.datasource.s3dlio.memoryBudget", "1gb")))
        .withMessage("Invalid option: 'spark.datasource.s3dlio.memorybudget' (%s)", remedy);
    assertThat(ResolvedOptions.forRead(NONE, Map.of("spark.s3dlio.memoryBudget", "1gb")).explicit())
        .isEmpty();
  }

  @Test
  void whatIsNoJvmOptionIsRefusedAsOne() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResolvedOptions.forRead(NONE, Map.of("spark.s3dlio.memoryBuget", "1gb")))
        .withMessageContaining("'spark.s3dlio.memorybuget' is unknown")
        .withMessageContaining("did you mean 'memoryBudget'?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResolvedOptions.forRead(NONE, Map.of("spark.s3dlio.prefetch", "1")))
        .withMessage(
            "Invalid option: 'spark.s3dlio.prefetch' (it means nothing here; it is a read option)");
  }

  @Test
  void keysThatSparkAddsAreNoOptions() {
    ResolvedOptions options =
        ResolvedOptions.forRead(Map.of("path", "/a", "paths", "[\"/b\"]"), NONE);

    assertThat(options.explicit()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "maxBatchBytes, 0, must be from 1 to 2147483639",
    "maxBatchBytes, -1, must not be negative",
    "maxBatchBytes, 12xb, 'must be a size such as 512, 64k, 8mb or 1gb'",
    "prefetch, -1, must be from 0 to 1024",
    "prefetch, two, must be an integer",
    "recursiveFileLookup, yes, must be true or false",
    "readMode, row, 'must be one of auto, columnar, rows'",
    "range.timeout, soon, 'must be a time such as 500ms, 30s or 5m'",
    "range.timeout, 2d, must be from 1ms to 86400s",
  })
  void aMalformedValueNamesTheOptionTheValueAndTheRule(String name, String value, String rule) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResolvedOptions.forRead(Map.of(name, value), NONE))
        .withMessage("Invalid %s: '%s' (%s)", name, value, rule);
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyDefaultParsesAndEveryOptionIsDocumented(OptionKey<?> key) {
    assertThat(key.parse(key.defaultText())).isNotNull();
    assertThat(key.doc()).endsWith(".");
    assertThat(key.type()).isNotBlank();
  }

  static Stream<OptionKey<?>> all() {
    return Options.all().stream();
  }

  @Test
  void theDescriptionShowsValuesInForceAndTheirOrigin() {
    ResolvedOptions options =
        ResolvedOptions.forRead(
            Map.of("chunkBytes", "64k"), Map.of("spark.datasource.s3dlio.prefetch", "3"));

    assertThat(options.describe())
        .contains("chunkBytes=64k (option)", "prefetch=3 (session)", "maxBatchBytes=16mb");
    assertThat(options.explicit()).containsOnlyKeys("chunkBytes", "prefetch");
  }

  @Test
  void checksOfS3ReachTheStores() throws Exception {
    List<Location> bucket = List.of(Location.parse("s3://b/k"));
    Map<String, String> read =
        Map.of("verifyRead", "all", "versionId", "v1", "endpoint", "http://x");
    Map<String, String> write = Map.of("verify", "head", "endpoint", "http://x");

    S3Config reads = ResolvedOptions.forRead(read, NONE).storeConfig(bucket).s3("b");
    S3Config writes = ResolvedOptions.forWrite(write, NONE).storeConfig(bucket).s3("b");

    assertThat(reads.verifyRead()).isEqualTo(VerifyRead.ALL);
    assertThat(reads.versionId()).isEqualTo("v1");
    assertThat(writes.verify()).isEqualTo(S3Config.Verify.HEAD);
    assertThat(writes.versionId()).isNull();
    for (S3Config sent : List.of(reads, writes)) {
      assertThat(travelled(sent)).as("at an executor").isEqualTo(sent);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ResolvedOptions.forRead(Map.of("versionId", "a b"), NONE).storeConfig(bucket))
        .withMessageContaining("Invalid versionId: 'a b'");
  }

  @Test
  void aVersionIsOfNoPatternAndOfNoManifest() {
    for (Map<String, String> others : List.of(NONE, Map.of("manifest", "s3://b/list.csv"))) {
      Map<String, String> given = new HashMap<>(Map.of("versionId", "v1"));
      given.putAll(others);
      String key = others.isEmpty() ? "s3://b/k*" : "s3://b/k";
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> ResolvedOptions.forRead(given, NONE).storeConfig(List.of(Location.parse(key))))
          .withMessageContaining("it is a version of one object");
    }
    Map<String, String> literal = Map.of("versionId", "v1", "globPaths", "false");
    assertThat(
            ResolvedOptions.forRead(literal, NONE)
                .storeConfig(List.of(Location.parse("s3://b/k*")))
                .s3("b")
                .versionId())
        .isEqualTo("v1");
  }

  private static Object travelled(Object sent) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sent);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void anOptionOfAnotherStoreIsRefusedWhereItWasGiven() {
    Map<String, String> given = Map.of("pageCacheMode", "normal");
    Map<String, String> session = Map.of("spark.datasource.s3dlio.pageCacheMode", "normal");
    List<Location> direct = List.of(Location.parse("direct:///a"));
    List<Location> both = List.of(Location.parse("direct:///a"), Location.parse("/b"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResolvedOptions.forRead(given, NONE).storeConfig(direct))
        .withMessage("Invalid option: 'pageCacheMode' (it means something for file:// alone)");
    assertThat(ResolvedOptions.forRead(given, NONE).storeConfig(both).pageCacheMode())
        .isEqualTo(PageCacheMode.NORMAL);
    assertThat(ResolvedOptions.forRead(NONE, session).storeConfig(direct).pageCacheMode())
        .isEqualTo(PageCacheMode.NORMAL);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ResolvedOptions.forWrite(Map.of("directFallback", "true"), NONE)
                    .storeConfig(List.of(Location.parse("/b"))))
        .withMessageContaining("'directFallback'");
  }

  @Test
  void severalEndpointsStandBetweenCommas() {
    Map<String, String> given = Map.of("endpoint", "http://a:9000, http://b:9000");
    List<Location> any = List.of(Location.parse("s3://any/"));

    assertThat(ResolvedOptions.forRead(given, NONE).storeConfig(any).s3("any").endpoints())
        .containsExactly(URI.create("http://a:9000"), URI.create("http://b:9000"));
    assertThat(ResolvedOptions.forRead(NONE, NONE).storeConfig(any).s3("any").endpoints())
        .isEmpty();
  }

  @Test
  void anOptionOfOneServiceIsRefusedAtAnother() {
    Map<String, List<String>> schemes =
        Map.of(
            "region", List.of("s3"),
            "accountName", List.of("az"),
            "clientSecret", List.of("az"),
            "userProject", List.of("gs"),
            "accessToken", List.of("gs"),
            "maxConnections", List.of("s3", "az", "gs"));
    schemes.forEach(
        (option, of) -> {
          for (String uri : List.of("s3://bucket/", "az://train/", "gs://bucket/", "/local/")) {
            List<Location> locations = List.of(Location.parse(uri));
            ResolvedOptions options = ResolvedOptions.forRead(Map.of(option, "7"), NONE);
            if (of.contains(locations.get(0).scheme())) {
              assertThat(options.value(key(option))).isNotNull();
            } else {
              assertThatIllegalArgumentException()
                  .isThrownBy(() -> options.storeConfig(locations))
                  .withMessage(
                      "Invalid option: '%s' (it means something for %s:// alone)",
                      option, String.join("://, ", of));
            }
          }
        });
  }

  @Test
  void sparkLeavesOutWhatIsSecretByItsName() {
    Map<String, String> secrets = new HashMap<>();
    for (OptionKey<?> key : Options.all()) {
      // AWS calls that one no secret.
      if (key.isSecret() && !key.name().equals("assumedRoleExternalId")) {
        secrets.put(key.name(), "very-secret");
      }
    }
    assertThat(secrets).hasSizeGreaterThan(6);

    assertThat(Utils.redact(CollectionConverters.asScala(secrets)).toString())
        .contains("accountAccessKey")
        .doesNotContain("very-secret");
  }

  private static OptionKey<?> key(String name) {
    return Options.all().stream().filter(key -> key.name().equals(name)).findFirst().orElseThrow();
  }
}
