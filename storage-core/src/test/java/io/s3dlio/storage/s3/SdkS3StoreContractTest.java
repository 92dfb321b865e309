package io.s3dlio.storage.s3;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStoreContract;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against the MinIO that the environment names. */
@EnabledIfEnvironmentVariable(named = MinioFixture.ENVIRONMENT, matches = "http.+")
class SdkS3StoreContractTest extends ObjectStoreContract {
  @Override
  protected Fixture fixture() {
    return new MinioFixture() {
      @Override
      public ObjectStore open() {
        return S3Stores.open(
            S3Config.builder()
                .endpoint(endpoint())
                .region("us-east-1")
                .credentials(credentials())
                .partSize(PART)
                .transport(S3Config.Transport.SDK)
                .build());
      }
    };
  }
}
