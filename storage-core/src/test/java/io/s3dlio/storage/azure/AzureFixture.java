package io.s3dlio.storage.azure;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.testing.AzureServer;
import java.io.IOException;
import java.util.Comparator;
import java.util.UUID;

/** A container of Azurite. */
record AzureFixture(AzureServer server) implements ObjectStoreContract.Fixture {
  private static final int PART = 5 << 20;
  private static final String CONTAINER = "contract-" + UUID.randomUUID();

  AzureConfig config() {
    return AzureConfig.DEFAULT
        .withEndpoint(server.endpoint())
        .withCredentials(new AzureCredentials.SharedKey(server.key()))
        .withClient(ClientConfig.DEFAULT.withPartSize(PART));
  }

  /** Returns the container, which is there. */
  String container() throws IOException {
    AzureStores.createContainer(config(), CONTAINER);
    return CONTAINER;
  }

  @Override
  public ObjectStore open() {
    return AzureStores.open(config());
  }

  @Override
  public Location freshPrefix() throws IOException {
    return new Location("az", container(), UUID.randomUUID() + "/");
  }

  @Override
  public boolean isPosix() {
    return false;
  }

  @Override
  public boolean hasBackslashes() {
    return false;
  }

  /** By UTF-16 units, as Azure's own. */
  @Override
  public Comparator<String> keyOrder() {
    return Comparator.naturalOrder();
  }

  @Override
  public int partSize() {
    return PART;
  }

  /** Azure refuses no key, but a container that is not there. */
  @Override
  public Location refused(Location prefix) {
    return new Location("az", "no-such-container", prefix.key() + "x");
  }

  @Override
  public boolean isUntouched(Location prefix) throws IOException {
    try (ObjectListing listing = open().list(prefix, ListOptions.RECURSIVE)) {
      return !listing.hasNext();
    }
  }
}
