package io.s3dlio.storage;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may know which. The root package is the API and opens stores, so it knows all. */
@AnalyzeClasses(packages = "io.s3dlio", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.s3dlio.storage";
  private static final String BUFFER = ROOT + ".buffer..";
  private static final String RANGE = ROOT + ".range..";
  private static final String FILE = ROOT + ".file..";
  private static final String TRANSPORT = ROOT + ".transport..";
  private static final String CLOUD = ROOT + ".cloud..";
  private static final String S3 = ROOT + ".s3..";
  private static final String AZURE = ROOT + ".azure..";
  private static final String GCS = ROOT + ".gcs..";
  private static final String CHECKSUM = ROOT + ".checksum..";
  private static final String FORMAT = "io.s3dlio.format..";
  private static final String STREAM = ROOT + ".stream..";
  private static final String JSON = ROOT + ".json..";
  private static final String CHECKPOINT = ROOT + ".checkpoint..";
  private static final String LOADER = ROOT + ".loader..";
  private static final String MANIFEST = ROOT + ".manifest..";
  private static final String TUNING = ROOT + ".tuning..";
  private static final String TELEMETRY = ROOT + ".telemetry..";

  @ArchTest
  static final ArchRule nothingKnowsSparkHadoopOrArrow =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "org.apache.arrow..");

  @ArchTest static final ArchRule buffersKnowNothingElse = onlyKnows(BUFFER, BUFFER);

  @ArchTest
  static final ArchRule rangesKnowTheApiBuffersAndCounters =
      onlyKnows(RANGE, RANGE, ROOT, BUFFER, TELEMETRY);

  @ArchTest
  static final ArchRule localStoresKnowTheApiBuffersRangesAndCounters =
      onlyKnows(FILE, FILE, ROOT, BUFFER, RANGE, TELEMETRY);

  @ArchTest
  static final ArchRule whatCloudsShareKnowsTheApiBuffersRetriesTheTransportChecksumsAndCounters =
      onlyKnows(CLOUD, CLOUD, ROOT, BUFFER, RANGE, TRANSPORT, CHECKSUM, TELEMETRY);

  @ArchTest
  static final ArchRule s3KnowsTheApiBuffersRetriesTheTransportChecksumsAndCounters =
      onlyKnows(
          S3,
          S3,
          CLOUD,
          ROOT,
          BUFFER,
          RANGE,
          TRANSPORT,
          CHECKSUM,
          TELEMETRY,
          "software.amazon.awssdk..");

  @ArchTest
  static final ArchRule azureKnowsWhatS3Knows =
      onlyKnows(
          AZURE, AZURE, CLOUD, ROOT, BUFFER, RANGE, TRANSPORT, CHECKSUM, TELEMETRY, "com.azure..");

  @ArchTest
  static final ArchRule googlesStoreKnowsTheApiTheTransportAndNoOtherStore =
      onlyKnows(GCS, GCS, CLOUD, ROOT, TRANSPORT);

  @ArchTest
  static final ArchRule onlyTokensKnowGooglesLibrary =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.gcs\\.GoogleTokens.*")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.google.auth..", "com.google.api..", "com.google.common..");

  @ArchTest
  static final ArchRule streamsKnowTheApiBuffersAndRanges =
      onlyKnows(STREAM, STREAM, ROOT, BUFFER, RANGE);

  @ArchTest
  static final ArchRule checkpointsKnowTheApiBuffersRangesAndStreams =
      onlyKnows(CHECKPOINT, CHECKPOINT, ROOT, BUFFER, RANGE, STREAM, JSON);

  @ArchTest static final ArchRule checksumsKnowNothingElse = onlyKnows(CHECKSUM, CHECKSUM);

  @ArchTest
  static final ArchRule transportKnowsCountersAlone = onlyKnows(TRANSPORT, TRANSPORT, TELEMETRY);

  @ArchTest static final ArchRule countersKnowNothingElse = onlyKnows(TELEMETRY, TELEMETRY);

  @ArchTest
  static final ArchRule formatsKnowTheApiBuffersAndChecksums =
      onlyKnows(FORMAT, FORMAT, ROOT, BUFFER, CHECKSUM);

  @ArchTest
  static final ArchRule loadersKnowNoStoreOfTheirOwn =
      onlyKnows(LOADER, LOADER, ROOT, BUFFER, RANGE, MANIFEST, TUNING, FORMAT);

  @ArchTest
  static final ArchRule onlyFilesAndLoadersCallTheCLibrary =
      noClasses()
          .that()
          .resideOutsideOfPackages(FILE, LOADER)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.sun.jna..");

  @ArchTest
  static final ArchRule noPackagesKnowEachOther =
      slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  private static ArchRule onlyKnows(String from, String... allowed) {
    return classes()
        .that()
        .resideInAPackage(from)
        .should()
        .onlyDependOnClassesThat(
            JavaClass.Predicates.resideInAnyPackage(allowed)
                .or(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage("io.s3dlio.."))));
  }
}
