package io.s3dlio.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.transport.Endpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which account is asked, where, and in whose name. */
class AzureSettingsTest {
  private static final String KEY = "dmVyeS1zZWNyZXQ=";
  private static final Location OBJECT = new Location("az", "bucket", "a b");

  private static AzureConfig from(Map<String, String> environment) {
    return AzureStores.withEnvironment(AzureConfig.DEFAULT, environment);
  }

  @Test
  void theEnvironmentNamesTheAccountAndItsKey() {
    AzureConfig config =
        from(
            Map.of(
                "AZURE_STORAGE_ACCOUNT", " mine ",
                "AZURE_STORAGE_KEY", KEY + "\n",
                "AZURE_STORAGE_SAS_TOKEN", "sig=x"));

    assertThat(config.account()).isEqualTo("mine");
    assertThat(config.credentials()).isEqualTo(new AzureCredentials.SharedKey(KEY));
    assertThat(from(Map.of("AZURE_STORAGE_SAS_TOKEN", "?sv=1&sig=x")).credentials())
        .isEqualTo(new AzureCredentials.Sas("sv=1&sig=x"));
    assertThat(from(Map.of()).credentials()).isEqualTo(new AzureCredentials.Identity(null));
  }

  @Test
  void keysOfTheEnvironmentAreNotSentToAnotherAccount() {
    AzureConfig other =
        AzureStores.withEnvironment(
            AzureConfig.DEFAULT.withAccount("other"),
            Map.of("AZURE_STORAGE_ACCOUNT", "mine", "AZURE_STORAGE_KEY", KEY));

    assertThat(other.account()).isEqualTo("other");
    assertThat(other.credentials()).isEqualTo(new AzureCredentials.Identity(null));
  }

  @Test
  void whatIsConfiguredWinsOverTheEnvironment() {
    AzureConfig given =
        AzureConfig.DEFAULT
            .withAccount("mine")
            .withCredentials(new AzureCredentials.Anonymous())
            .withChecksum(UploadChecksum.NONE);

    assertThat(
            AzureStores.withEnvironment(
                given,
                Map.of(
                    "AZURE_STORAGE_ACCOUNT", "other",
                    "AZURE_STORAGE_KEY", KEY,
                    "AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")))
        .isEqualTo(given);
  }

  @Test
  void aConnectionStringHasAllOfIt() {
    AzureConfig config =
        from(
            Map.of(
                "AZURE_STORAGE_CONNECTION_STRING",
                "DefaultEndpointsProtocol=https;AccountName=mine;AccountKey="
                    + KEY
                    + ";EndpointSuffix=core.chinacloudapi.cn"));

    assertThat(config.account()).isEqualTo("mine");
    assertThat(config.endpoint()).hasToString("https://mine.blob.core.chinacloudapi.cn");
    assertThat(config.credentials()).isEqualTo(new AzureCredentials.SharedKey(KEY));
    AzureConfig emulator = ConnectionString.apply(config, "UseDevelopmentStorage=true;");
    assertThat(emulator.account()).isEqualTo("devstoreaccount1");
    assertThat(emulator.endpoint()).hasToString("http://127.0.0.1:10000/devstoreaccount1");
    assertThat(
            ConnectionString.apply(
                    config, "BlobEndpoint=https://x.example/;SharedAccessSignature=sv=1&sig=a=b")
                .credentials())
        .isEqualTo(new AzureCredentials.Sas("sv=1&sig=a=b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AccountName=a", "AccountKey=" + KEY, "BlobEndpoint=http://x/"})
  void aConnectionStringThatLacksSomethingIsRefused(String text) {
    assertThatThrownBy(() -> ConnectionString.apply(AzureConfig.DEFAULT, text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid connection string: ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(KEY));
  }

  @Test
  void anAccountMustBeNamed() {
    assertThatThrownBy(() -> AzureStores.create(AzureConfig.DEFAULT, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("AZURE_STORAGE_ACCOUNT");
    assertThatThrownBy(() -> AzureConfig.DEFAULT.withAccount("No_Account"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 to 24");
  }

  @ParameterizedTest
  @CsvSource({
    ", true, mine.blob.core.windows.net, 443, /bucket/a%20b",
    "https://mine.dfs.core.windows.net, true, mine.blob.core.windows.net, 443, /bucket/a%20b",
    "https://mine.blob.core.usgovcloudapi.net/, true, mine.blob.core.usgovcloudapi.net, 443, /bucket/a%20b",
    "http://127.0.0.1:10000/mine, false, 127.0.0.1, 10000, /mine/bucket/a%20b",
    "http://[::1]:10000/mine/, false, ::1, 10000, /mine/bucket/a%20b",
    "HTTPS://stack.example:8443/mine, true, stack.example, 8443, /mine/bucket/a%20b"
  })
  void theServerIsTheAccountsOwnOrTheOneGiven(
      String given, boolean tls, String host, int port, String path) {
    AzureAddressing addressing =
        new AzureAddressing(given == null ? null : URI.create(given), "mine");

    assertThat(addressing.endpoint()).isEqualTo(new Endpoint(tls, host, port));
    assertThat(addressing.path(OBJECT, OBJECT.key())).isEqualTo(path);
    assertThat(addressing.path(new Location("az", "bucket@mine", "a b"), "a b"))
        .as("the account is no part of the path")
        .isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://x.example", "https://x.example#f", "x.example", "https:///a"})
  void anEndpointThatIsNoneIsRefused(String given) {
    assertThatThrownBy(() -> new AzureAddressing(URI.create(given), "mine"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid endpoint");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ab", "Upper", "a--b", "-ab", "ab-", "a_b", "$other"})
  void aNameThatNoContainerCanHaveIsRefused(String container) {
    AzureAddressing addressing = new AzureAddressing(null, "mine");

    assertThatThrownBy(() -> addressing.path(new Location("az", container, "k"), "k"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no container's name");
  }

  @Test
  void aSumThatAzureDoesNotKnowIsRefused() {
    assertThatThrownBy(() -> AzureConfig.DEFAULT.withChecksum(UploadChecksum.CRC32C))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("crc64, md5 and none");
  }

  @Test
  void aConfigurationTravelsToExecutors() throws Exception {
    AzureConfig config =
        AzureConfig.DEFAULT
            .withEndpoint(URI.create("http://127.0.0.1:10000/mine"))
            .withCredentials(new AzureCredentials.Sas("sv=1&sig=x"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(config);
    }

    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(config);
    }
    assertThat(bytes.size()).isLessThan(2000);
  }
}
