package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.azure.AzureConfig;
import io.s3dlio.storage.azure.AzureCredentials;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.UploadChecksum;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class AzureOptionsTest {
  private static final Location TRAIN =
      Location.parse("abfss://train@account1.dfs.core.windows.net/");
  private static final String KEY = "aGlkZGVu";

  private static AzureConfig config(Map<String, String> options, String... hadoop) {
    return resolve(options, hadoop).storeConfig(List.of(TRAIN)).azure(TRAIN.container());
  }

  private static ResolvedOptions resolve(Map<String, String> options, String... hadoop) {
    Configuration settings = new Configuration(false);
    for (int i = 0; i < hadoop.length; i += 2) {
      settings.set(hadoop[i], hadoop[i + 1]);
    }
    return ResolvedOptions.forRead(options, Map.of()).withHadoop(settings, List.of(TRAIN));
  }

  @Test
  void everyOptionReachesTheStore() {
    Map<String, String> options =
        Map.of(
            "endpoint", "http://127.0.0.1:10000/account1",
            "accountAccessKey", KEY,
            "checksum", "md5",
            "maxConnections", "7",
            "maxAttempts", "3",
            "partsInFlight", "2",
            "stallTimeout", "9s",
            "caBundle", "/ca.pem");

    assertThat(config(options))
        .isEqualTo(
            new AzureConfig(
                "account1",
                URI.create("http://127.0.0.1:10000/account1"),
                new AzureCredentials.SharedKey(KEY),
                UploadChecksum.MD5,
                ClientConfig.DEFAULT
                    .withMaxConnections(7)
                    .withMaxAttempts(3)
                    .withPartsInFlight(2)
                    .withStallTimeout(Duration.ofSeconds(9))
                    .withCaBundle("/ca.pem")));
    assertThat(config(Map.of())).isEqualTo(AzureConfig.DEFAULT.withAccount("account1"));
  }

  @Test
  void eachKindOfCredentialsIsOne() {
    assertThat(config(Map.of("sasToken", "?sv=1&sig=x")).credentials())
        .isEqualTo(new AzureCredentials.Sas("sv=1&sig=x"));
    assertThat(config(Map.of("anonymous", "true")).credentials())
        .isEqualTo(new AzureCredentials.Anonymous());
    assertThat(config(Map.of("clientId", "c")).credentials())
        .isEqualTo(new AzureCredentials.Identity("c"));
    assertThat(
            config(Map.of("clientId", "c", "tenantId", "t", "clientSecret", "hidden"))
                .credentials())
        .isEqualTo(new AzureCredentials.ServicePrincipal("t", "c", "hidden"));
    AzureConfig connected =
        config(Map.of("secretConnectionString", "AccountName=account1;AccountKey=" + KEY));
    assertThat(connected.credentials()).isEqualTo(new AzureCredentials.SharedKey(KEY));
    assertThat(connected.endpoint())
        .isEqualTo(URI.create("https://account1.blob.core.windows.net"));
  }

  @Test
  void whatExcludesOrLacksEachOtherIsRefused() {
    assertRefused(
        Map.of("accountAccessKey", KEY, "sasToken", "sig=x"),
        "Invalid options: accountAccessKey and sasToken exclude each other");
    assertRefused(
        Map.of("accountAccessKey", KEY, "anonymous", "true"),
        "Invalid options: accountAccessKey and anonymous exclude each other");
    assertRefused(
        Map.of("clientId", "c", "clientSecret", "hidden"),
        "Invalid options: tenantId, clientId and clientSecret go together, and one is missing");
    assertRefused(
        Map.of("secretConnectionString", "AccountName=a;AccountKey=" + KEY, "accountName", "b"),
        "Invalid options: secretConnectionString names the account and the endpoint, and accountName or"
            + " endpoint is given too");
    assertRefused(
        Map.of("endpoint", "http://a:1,http://b:1"),
        "Invalid endpoint: there are 2, and az:// has one");
    assertRefused(
        Map.of("checksum", "crc32c"), "Invalid checksum: crc32c (az:// has crc64, md5 and none)");
    assertRefused(
        Map.of("verifyRead", "whole"),
        "Invalid option: 'verifyRead' (it means something for s3://, gs:// alone)");
    assertRefused(
        Map.of("accountName", "account2"),
        "Invalid configuration: the account is account2, and the location names account1");
  }

  private static void assertRefused(Map<String, String> options, String message) {
    assertThatIllegalArgumentException().isThrownBy(() -> config(options)).withMessage(message);
  }

  @Test
  void secretsAreNotShown() {
    for (String option :
        List.of("accountAccessKey", "sasToken", "secretConnectionString", "clientSecret")) {
      ResolvedOptions options = resolve(Map.of(option, "hidden"));
      assertThat(options.describe()).contains(option).doesNotContain("hidden");
      assertThat(options.explicit()).doesNotContainKey(option);
    }
  }

  // ---- Hadoop's settings

  @Test
  void theKeyOfAnAccountIsTakenFromHadoop() {
    AzureCredentials key = new AzureCredentials.SharedKey(KEY);
    for (String name :
        List.of(
            "fs.azure.account.key",
            "fs.azure.account.key.account1.dfs.core.windows.net",
            "fs.azure.account.key.account1.blob.core.windows.net")) {
      assertThat(config(Map.of(), name, KEY).credentials()).as(name).isEqualTo(key);
    }
    String other = "fs.azure.account.key.account2.dfs.core.windows.net";
    assertThat(config(Map.of(), other, KEY).credentials()).isNull();
    assertThat(config(Map.of("sasToken", "sig=x"), "fs.azure.account.key", KEY).credentials())
        .isEqualTo(new AzureCredentials.Sas("sig=x"));
  }

  @Test
  void aSignatureIsTakenFromHadoop() {
    AzureCredentials sas = new AzureCredentials.Sas("sig=x");
    assertThat(
            config(
                    Map.of(),
                    "fs.azure.account.auth.type.account1.dfs.core.windows.net",
                    "SAS",
                    "fs.azure.sas.fixed.token.account1.dfs.core.windows.net",
                    "sig=x")
                .credentials())
        .isEqualTo(sas);
    assertThat(
            config(Map.of(), "fs.azure.sas.train.account1.blob.core.windows.net", "sig=x")
                .credentials())
        .isEqualTo(sas);
  }

  @Test
  void aServicePrincipalIsTakenFromHadoop() {
    String provider = "org.apache.hadoop.fs.azurebfs.oauth2.ClientCredsTokenProvider";
    String endpoint = "https://login.microsoftonline.com/tenant1/oauth2/token";
    String id = "fs.azure.account.oauth2.client.id";
    assertThat(
            config(
                    Map.of(),
                    "fs.azure.account.auth.type",
                    "OAuth",
                    "fs.azure.account.oauth.provider.type",
                    provider,
                    id + ".account1.dfs.core.windows.net",
                    "client1",
                    "fs.azure.account.oauth2.client.secret",
                    "hidden",
                    "fs.azure.account.oauth2.client.endpoint",
                    endpoint)
                .credentials())
        .isEqualTo(new AzureCredentials.ServicePrincipal("tenant1", "client1", "hidden"));
  }

  @Test
  void whatWeCannotDoOfHadoopsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(Map.of(), "fs.azure.account.auth.type", "Custom"))
        .withMessage(
            "Invalid fs.azure.account.auth.type: 'Custom' is not known here; SharedKey, SAS and OAuth"
                + " are");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                config(
                    Map.of(),
                    "fs.azure.account.auth.type",
                    "OAuth",
                    "fs.azure.account.oauth.provider.type",
                    "a.b.ClientCredsTokenProvider",
                    "fs.azure.account.oauth2.client.endpoint",
                    "https://login.microsoftonline.us/tenant1/oauth2/token"))
        .withMessageContaining("the environment's AZURE_AUTHORITY_HOST");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                config(
                    Map.of(),
                    "fs.azure.account.auth.type",
                    "OAuth",
                    "fs.azure.account.oauth.provider.type",
                    "a.b.RefreshTokenBasedTokenProvider"))
        .withMessageStartingWith(
            "Invalid fs.azure.account.oauth.provider.type: 'RefreshTokenBasedTokenProvider' is not");
  }
}
