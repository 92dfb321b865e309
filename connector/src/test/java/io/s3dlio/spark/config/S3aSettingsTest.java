package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.cloud.VerifyRead;
import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Credentials;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.alias.CredentialProvider;
import org.apache.hadoop.security.alias.CredentialProviderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3aSettingsTest {
  private static final Location DATA = Location.parse("s3://data/");

  /** Returns Hadoop's settings, its own defaults among them. */
  private static Configuration hadoop(String... settings) {
    Configuration hadoop = new Configuration();
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      hadoop.set("fs.s3a." + parts[0], parts[1]);
    }
    return hadoop;
  }

  private static Configuration withKeys(String... settings) {
    Configuration hadoop = hadoop(settings);
    hadoop.set("fs.s3a.access.key", "id");
    hadoop.set("fs.s3a.secret.key", "hidden");
    return hadoop;
  }

  private static ResolvedOptions resolve(
      Map<String, String> options, Configuration hadoop, String... uris) {
    return ResolvedOptions.forRead(options, Map.of())
        .withHadoop(hadoop, Arrays.stream(uris).map(Location::parse).toList());
  }

  private static S3Config config(Configuration hadoop) {
    return resolve(Map.of(), hadoop, "s3://data/x/").storeConfig(List.of(DATA)).s3("data");
  }

  @Test
  void whatHadoopHasForDefaultsDoesNotCount() {
    assertThat(new Configuration().get("fs.s3a.connection.maximum")).isNotNull();
    assertThat(config(new Configuration())).isEqualTo(S3Config.DEFAULT);
    assertThat(config(hadoop("endpoint=s3.amazonaws.com", "endpoint.region=sdk")))
        .isEqualTo(S3Config.DEFAULT);
  }

  @Test
  void settingsAreDefaultsOfOurOptions() {
    S3Config config =
        config(
            withKeys(
                "endpoint=http://minio:9000",
                "endpoint.region=eu-test-1",
                "path.style.access=true",
                "session.token=brief",
                "connection.maximum=33",
                "attempts.maximum=6",
                "requester.pays.enabled=true",
                "create.storage.class=standard_ia",
                "acl.default=BucketOwnerFullControl",
                "encryption.algorithm=SSE-KMS",
                "encryption.key=arn:aws:kms:key"));

    assertThat(config)
        .isEqualTo(
            S3Config.builder()
                .endpoint(URI.create("http://minio:9000"))
                .region("eu-test-1")
                .pathStyle(true)
                .credentials(new S3Credentials("id", "hidden", "brief"))
                .maxConnections(33)
                .maxAttempts(7)
                .requesterPays(true)
                .storageClass("STANDARD_IA")
                .acl("bucket-owner-full-control")
                .sse("aws:kms")
                .sseKmsKeyId("arn:aws:kms:key")
                .build());
    assertThat(config(hadoop("endpoint.fips=true")).fips()).isTrue();
    assertThat(config(hadoop("checksum.validation=true")).verifyRead()).isEqualTo(VerifyRead.WHOLE);
    assertThatThrownBy(() -> config(hadoop("checksum.validation=maybe")))
        .hasMessageContaining("Invalid fs.s3a.checksum.validation: 'maybe'");
  }

  @ParameterizedTest
  @CsvSource({
    "minio:9000, true, https://minio:9000",
    "minio:9000, false, http://minio:9000",
    "https://minio, false, https://minio",
  })
  void anEndpointWithoutASchemeTakesItFromTheOtherSetting(
      String endpoint, String ssl, String expected) {
    assertThat(config(hadoop("endpoint=" + endpoint, "connection.ssl.enabled=" + ssl)).endpoints())
        .containsExactly(URI.create(expected));
  }

  @Test
  void aBucketsOwnSettingsWinAndBucketsMayDiffer() {
    Configuration hadoop =
        withKeys(
            "endpoint=http://one:1",
            "bucket.other.endpoint=http://two:2",
            "bucket.other.access.key=id2",
            "bucket.other.secret.key=hidden2");

    ResolvedOptions options = resolve(Map.of(), hadoop, "s3://data/", "s3a://other/x", "/local");
    StoreConfig config = options.storeConfig(List.of(DATA));

    assertThat(config.s3("data").endpoints()).containsExactly(URI.create("http://one:1"));
    assertThat(config.s3("other").endpoints()).containsExactly(URI.create("http://two:2"));
    assertThat(config.s3("other").credentials()).isEqualTo(new S3Credentials("id2", "hidden2", ""));
    assertThat(options.describe())
        .contains("; data: endpoint=http://one:1 (hadoop)")
        .contains("; other: endpoint=http://two:2 (hadoop)")
        .doesNotContain("hidden");
  }

  @Test
  void ourOptionsWinAndKeysAreNotMixed() {
    Configuration hadoop = withKeys("endpoint=http://one:1", "session.token=brief");
    Map<String, String> own =
        Map.of("endpoint", "http://mine", "accessKeyId", "me", "secretAccessKey", "mine");

    S3Config config = resolve(own, hadoop, "s3://data/").storeConfig(List.of(DATA)).s3("data");

    assertThat(config.endpoints()).containsExactly(URI.create("http://mine"));
    assertThat(config.credentials()).isEqualTo(new S3Credentials("me", "mine", ""));
    assertThat(
            resolve(Map.of("anonymous", "true"), hadoop, "s3://data/")
                .storeConfig(List.of(DATA))
                .s3("data"))
        .matches(S3Config::anonymous)
        .matches(anonymous -> anonymous.credentials() == null);
  }

  @Test
  void otherStoresTakeNothing() {
    assertThat(resolve(Map.of(), hadoop("endpoint.region=ec2"), "/local").describe())
        .doesNotContain("hadoop");
  }

  @Test
  void secretsMayLieWithACredentialProvider(@TempDir Path folder) throws Exception {
    String path = "jceks://file" + folder.resolve("keys.jceks");
    Configuration hadoop = hadoop("security.credential.provider.path=" + path);
    Configuration writing = new Configuration();
    writing.set("hadoop.security.credential.provider.path", path);
    CredentialProvider provider = CredentialProviderFactory.getProviders(writing).get(0);
    provider.createCredentialEntry("fs.s3a.access.key", "id".toCharArray());
    provider.createCredentialEntry("fs.s3a.secret.key", "hidden".toCharArray());
    provider.createCredentialEntry("fs.s3a.bucket.own.access.key", "id2".toCharArray());
    provider.createCredentialEntry("fs.s3a.bucket.own.secret.key", "hidden2".toCharArray());
    provider.flush();

    assertThat(config(hadoop).credentials()).isEqualTo(new S3Credentials("id", "hidden", ""));
    assertThat(
            resolve(Map.of(), hadoop, "s3://own/")
                .storeConfig(List.of(Location.parse("s3://own/")))
                .s3("own")
                .credentials())
        .isEqualTo(new S3Credentials("id2", "hidden2", ""));
  }

  // ---- providers of credentials

  @Test
  void providersThatOurChainHasLeaveItToTheChain() {
    for (String provider :
        List.of(
            "com.amazonaws.auth.EnvironmentVariableCredentialsProvider",
            "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider",
            "org.apache.hadoop.fs.s3a.auth.IAMInstanceCredentialsProvider,"
                + " com.amazonaws.auth.profile.ProfileCredentialsProvider")) {
      S3Config config = config(withKeys("aws.credentials.provider=" + provider));
      assertThat(config.credentials()).as(provider).isNull();
      assertThat(config.anonymous()).isFalse();
    }
  }

  @Test
  void anonymousProvidersSignNothingUnlessThereAreKeys() {
    String anonymous = "org.apache.hadoop.fs.s3a.AnonymousAWSCredentialsProvider";

    assertThat(config(hadoop("aws.credentials.provider=" + anonymous)).anonymous()).isTrue();
    assertThat(
            config(
                withKeys(
                    "aws.credentials.provider=org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider,"
                        + anonymous)))
        .matches(config -> !config.anonymous() && config.credentials() != null);
  }

  @Test
  void aRoleIsAssumedWithTheKeys() {
    Configuration hadoop =
        withKeys(
            "aws.credentials.provider=org.apache.hadoop.fs.s3a.auth.AssumedRoleCredentialProvider",
            "assumed.role.arn=arn:aws:iam::1:role/r",
            "assumed.role.external.id=ext",
            "assumed.role.session.name=run");

    assertThat(config(hadoop).role())
        .isEqualTo(new S3Config.Role("arn:aws:iam::1:role/r", "ext", "run"));
    assertThat(config(hadoop).credentials()).isEqualTo(new S3Credentials("id", "hidden", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aws.credentials.provider=com.corp.VaultProvider",
        "encryption.algorithm=SSE-C",
        "encryption.algorithm=CSE-KMS",
        "endpoint.region=ec2",
        "attempts.maximum=many",
        "connection.maximum=many",
        "assumed.role.policy={}",
        "custom.signers=X",
        "acl.default=Mine",
      })
  void whatWeCannotDoIsRefusedByName(String setting) {
    assertThatThrownBy(() -> config(withKeys(setting)))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .containsAnyOf(
                        "fs.s3a." + setting.split("=", 2)[0], "fs.s3a for maxConnections", "acl")
                    .doesNotContain("hidden"));
  }
}
