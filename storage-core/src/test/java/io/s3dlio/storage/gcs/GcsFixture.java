package io.s3dlio.storage.gcs;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.testing.GcsServer;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A bucket of an emulator. */
record GcsFixture(GcsServer server, Map<String, String> unable)
    implements ObjectStoreContract.Fixture {
  private static final int PART = 5 << 20;
  private static final Map<GcsServer, String> BUCKETS = new ConcurrentHashMap<>();

  GcsFixture(GcsServer server) {
    this(server, Map.of());
  }

  GcsConfig config() {
    return GcsConfig.DEFAULT
        .withEndpoint(server.endpoint())
        .withClient(ClientConfig.DEFAULT.withPartSize(PART));
  }

  /** Returns the bucket, which is there. */
  String bucket() {
    return BUCKETS.computeIfAbsent(
        server,
        made -> {
          String name = "contract-" + UUID.randomUUID();
          made.createBucket(name);
          return name;
        });
  }

  @Override
  public ObjectStore open() {
    return GcsStores.open(config());
  }

  @Override
  public Location freshPrefix() {
    return new Location("gs", bucket(), UUID.randomUUID() + "/");
  }

  @Override
  public boolean isPosix() {
    return false;
  }

  @Override
  public int partSize() {
    return PART;
  }

  @Override
  public Location refused(Location prefix) {
    return prefix.append("x".repeat(1100));
  }

  /** Uploads that have begun are listed nowhere. */
  @Override
  public boolean isUntouched(Location prefix) throws IOException {
    try (ObjectListing listing = open().list(prefix, ListOptions.RECURSIVE)) {
      return !listing.hasNext();
    }
  }
}
