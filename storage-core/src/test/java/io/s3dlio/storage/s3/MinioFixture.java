package io.s3dlio.storage.s3;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStoreContract;
import java.io.IOException;
import java.net.URI;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The MinIO that the environment names, looked at by the AWS SDK. */
abstract class MinioFixture implements ObjectStoreContract.Fixture {
  /** What tests that use it are enabled by. */
  static final String ENVIRONMENT = "S3DLIO_TEST_MINIO";

  static final int PART = 5 << 20;
  private static final String BUCKET = "contract-" + UUID.randomUUID();

  /** Returns the bucket, which is there. */
  static String bucket() {
    try (S3Client client = client()) {
      if (client.listBuckets().buckets().stream().noneMatch(b -> b.name().equals(BUCKET))) {
        client.createBucket(create -> create.bucket(BUCKET));
      }
    }
    return BUCKET;
  }

  static URI endpoint() {
    return URI.create(System.getenv(ENVIRONMENT));
  }

  static S3Credentials credentials() {
    return new S3Credentials(
        System.getenv("S3DLIO_TEST_KEY"), System.getenv("S3DLIO_TEST_SECRET"), "");
  }

  static S3Client client() {
    return S3Client.builder()
        .endpointOverride(endpoint())
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    credentials().accessKeyId(), credentials().secretAccessKey())))
        .build();
  }

  @Override
  public Location freshPrefix() {
    return new Location("s3", bucket(), UUID.randomUUID() + "/");
  }

  @Override
  public boolean isPosix() {
    return false;
  }

  /** MinIO lists nothing below an object and refuses empty names. */
  @Override
  public boolean hasFreeKeys() {
    return false;
  }

  @Override
  public int partSize() {
    return PART;
  }

  @Override
  public Location refused(Location prefix) {
    return prefix.append("/../x");
  }

  @Override
  public boolean isUntouched(Location prefix) throws IOException {
    try (S3Client client = client();
        ObjectListing listing = new SdkListing(client, prefix, ListOptions.RECURSIVE)) {
      return !listing.hasNext()
          && client.listMultipartUploads(list -> list.bucket(prefix.container())).uploads().stream()
              .noneMatch(upload -> upload.key().startsWith(prefix.key()));
    }
  }
}
