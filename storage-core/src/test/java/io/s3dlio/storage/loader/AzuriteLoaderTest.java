package io.s3dlio.storage.loader;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.azure.AzureConfig;
import io.s3dlio.storage.azure.AzureCredentials;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.testing.AzureServer;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.condition.EnabledIf;

/** Loaders over Azurite. */
@EnabledIf("io.s3dlio.testing.AzureServer#hasAzurite")
class AzuriteLoaderTest extends LoaderContract {
  private static final AzureServer SERVER = AzureServer.azurite().orElseThrow();

  @Override
  String container() {
    String container = "loader-" + UUID.randomUUID();
    new BlobServiceClientBuilder()
        .endpoint(SERVER.endpoint().toString())
        .credential(new StorageSharedKeyCredential(SERVER.account(), SERVER.key()))
        .httpClient(new JdkHttpClientBuilder().build())
        .buildClient()
        .createBlobContainer(container);
    return "az://" + container + "/";
  }

  @Override
  URI server() {
    return SERVER.endpoint();
  }

  @Override
  StoreConfig config(URI server, Duration deadline) {
    return StoreConfig.DEFAULT.withAzure(
        AzureConfig.DEFAULT
            .withEndpoint(server)
            .withCredentials(new AzureCredentials.SharedKey(SERVER.key()))
            .withClient(ClientConfig.DEFAULT.withRequestTimeout(deadline)));
  }
}
