package io.s3dlio.storage.s3;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.storage.cloud.PagedListing;
import io.s3dlio.testing.S3Server;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket of a server, looked at by the AWS SDK. */
record S3Fixture(S3Server server, S3Config.Transport transport, Map<String, String> unable)
    implements ObjectStoreContract.Fixture {
  private static final int PART = 5 << 20;
  private static final Map<S3Server, String> BUCKETS = new ConcurrentHashMap<>();

  S3Fixture(S3Server server, S3Config.Transport transport) {
    this(server, transport, Map.of());
  }

  static S3Fixture ofVersitygw(S3Config.Transport transport) {
    return new S3Fixture(
        S3Server.versitygw().orElseThrow(),
        transport,
        Map.of(
            "aDirectoryIsNeverReplaced", "versitygw keeps keys as folders of a file system",
            "aBatchOfDeletesGoesOnAfterAFailureAndTellsEachOne", "versitygw refuses no key",
            "repeatedSlashesNameWhatTheStoreSaysTheyDo", "versitygw folds slashes"));
  }

  /** Returns the bucket, which is there. */
  String bucket() {
    return BUCKETS.computeIfAbsent(
        server,
        made -> {
          String name = "contract-" + UUID.randomUUID();
          try (S3Client client = made.client()) {
            client.createBucket(create -> create.bucket(name));
          }
          return name;
        });
  }

  @Override
  public ObjectStore open() {
    return S3Stores.open(
        S3Config.builder()
            .endpoint(server.endpoint())
            .region("us-east-1")
            .credentials(new S3Credentials(server.accessKeyId(), server.secretAccessKey(), ""))
            .partSize(PART)
            .transport(transport)
            .build());
  }

  @Override
  public Location freshPrefix() {
    return new Location("s3", bucket(), UUID.randomUUID() + "/");
  }

  @Override
  public boolean isPosix() {
    return false;
  }

  /** Servers that keep objects as files list nothing below an object and refuse empty names. */
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
    try (S3Client client = server.client();
        ObjectListing listing =
            new PagedListing(new SdkPages(client), prefix, ListOptions.RECURSIVE)) {
      return !listing.hasNext()
          && client.listMultipartUploads(list -> list.bucket(prefix.container())).uploads().stream()
              .noneMatch(upload -> upload.key().startsWith(prefix.key()));
    }
  }
}
