package io.s3dlio.storage.loader;

import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Config.Transport;
import io.s3dlio.storage.s3.S3Credentials;
import io.s3dlio.testing.S3Server;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import software.amazon.awssdk.services.s3.S3Client;

/** Loaders over a server of S3. */
class LoaderStoresTest extends LoaderContract {
  private static final S3Server SERVER = S3Server.best();

  Transport transport() {
    return Transport.OWN;
  }

  @Override
  String container() {
    String bucket = "loader-" + UUID.randomUUID();
    try (S3Client client = SERVER.client()) {
      client.createBucket(create -> create.bucket(bucket));
    }
    return "s3://" + bucket + "/";
  }

  @Override
  URI server() {
    return SERVER.endpoint();
  }

  @Override
  StoreConfig config(URI server, Duration deadline) {
    return StoreConfig.DEFAULT.withS3(
        S3Config.builder()
            .endpoint(server)
            .region("us-east-1")
            .credentials(new S3Credentials(SERVER.accessKeyId(), SERVER.secretAccessKey(), ""))
            .transport(transport())
            .client(ClientConfig.DEFAULT.withRequestTimeout(deadline))
            .build());
  }
}
