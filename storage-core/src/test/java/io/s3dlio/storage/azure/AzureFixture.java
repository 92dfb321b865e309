package io.s3dlio.storage.azure;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.storage.cloud.ClientConfig;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.UUID;

/** A container of Azurite. */
record AzureFixture(URI endpoint, Map<String, String> unable)
    implements ObjectStoreContract.Fixture {
  private static final int PART = 5 << 20;
  private static final String CONTAINER = "contract-" + UUID.randomUUID();
  private static final String ACCOUNT = "devstoreaccount1";

  /** The key of every Azurite. */
  private static final String KEY =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

  AzureConfig config() {
    return AzureConfig.DEFAULT
        .withEndpoint(endpoint)
        .withAccount(ACCOUNT)
        .withCredentials(new AzureCredentials.SharedKey(KEY))
        .withClient(ClientConfig.DEFAULT.withPartSize(PART));
  }

  @Override
  public ObjectStore open() {
    return AzureStores.open(config());
  }

  @Override
  public Location freshPrefix() throws IOException {
    AzureStores.createContainer(config(), CONTAINER);
    return new Location("az", CONTAINER, UUID.randomUUID() + "/");
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

  @Override
  public boolean isUntouched(Location prefix) throws IOException {
    try (ObjectListing listing = open().list(prefix, ListOptions.RECURSIVE)) {
      return !listing.hasNext();
    }
  }
}
