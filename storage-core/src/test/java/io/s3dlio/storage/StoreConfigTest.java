package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.azure.AzureConfig;
import io.s3dlio.storage.azure.AzureCredentials;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.cloud.UploadChecksum;
import io.s3dlio.storage.gcs.GcsConfig;
import io.s3dlio.storage.s3.S3Config;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StoreConfigTest {
  private static final AzureCredentials SAS = new AzureCredentials.Sas("sig=hunter2");

  @Test
  void anAccountThatALocationNamesIsTheOneThatIsReached() {
    StoreConfig config = StoreConfig.DEFAULT.withAzure(AzureConfig.DEFAULT.withCredentials(SAS));

    assertThat(config.azure("train")).isEqualTo(config.azure());
    assertThat(config.azure("train@account1")).isEqualTo(config.azure().withAccount("account1"));
    assertThat(config.azure("train@account1.blob.core.chinacloudapi.cn"))
        .isEqualTo(
            config
                .azure()
                .withAccount("account1")
                .withEndpoint(URI.create("https://account1.blob.core.chinacloudapi.cn")));
  }

  @Test
  void anEndpointThatIsGivenBeatsTheCloudThatALocationNames() {
    URI given = URI.create("http://127.0.0.1:10000/account1");
    StoreConfig config = StoreConfig.DEFAULT.withAzure(AzureConfig.DEFAULT.withEndpoint(given));

    assertThat(config.azure("t@account1.blob.core.chinacloudapi.cn").endpoint()).isEqualTo(given);
  }

  @Test
  void twoAccountsAreRefused() {
    StoreConfig config = StoreConfig.DEFAULT.withAzure(AzureConfig.DEFAULT.withAccount("account1"));

    assertThatThrownBy(() -> config.azure("train@account2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid configuration: the account is account1, and the location names account2");
  }

  @Test
  void aClientIsTheOneOfTheLocationsService() {
    ClientConfig client = ClientConfig.DEFAULT.withMaxConnections(7);
    for (String uri : new String[] {"s3://bucket/a", "az://train@account1/a", "gs://bucket/a"}) {
      Location location = Location.parse(uri);
      StoreConfig changed = StoreConfig.DEFAULT.withClient(location, client);

      assertThat(changed.client(location)).hasValue(client);
      assertThat(StoreConfig.DEFAULT.client(location)).hasValue(ClientConfig.DEFAULT);
    }
    assertThat(StoreConfig.DEFAULT.client(Location.parse("/a"))).isEqualTo(Optional.empty());
  }

  @Test
  void aSumThatAServiceDoesNotTakeIsRefused() {
    assertThatThrownBy(() -> AzureConfig.DEFAULT.withChecksum(UploadChecksum.CRC32C))
        .hasMessage("Invalid checksum: crc32c (az:// has crc64, md5 and none)");
    assertThatThrownBy(() -> GcsConfig.DEFAULT.withChecksum(UploadChecksum.CRC64))
        .hasMessage("Invalid checksum: crc64 (gs:// has crc32c, md5 and none)");
    assertThatThrownBy(() -> S3Config.builder().checksum(UploadChecksum.CRC64).build())
        .hasMessage("Invalid checksum: crc64 (s3:// has crc32c, md5 and none)");
  }

  @Test
  void secretsAreNotShown() {
    StoreConfig config = StoreConfig.DEFAULT.withAzure(AzureConfig.DEFAULT.withCredentials(SAS));

    assertThat(config.toString()).contains("Sas[redacted]").doesNotContain("hunter2");
  }
}
