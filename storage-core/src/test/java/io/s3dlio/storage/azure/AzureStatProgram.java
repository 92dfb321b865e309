package io.s3dlio.storage.azure;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StoreConfig;
import java.net.URI;

/** Looks at an object twice, by what the environment gives: {@code <endpoint> <location>}. */
final class AzureStatProgram {
  private AzureStatProgram() {}

  public static void main(String[] args) throws Exception {
    StoreConfig config =
        StoreConfig.DEFAULT.withAzure(AzureConfig.DEFAULT.withEndpoint(URI.create(args[0])));
    Location location = Location.parse(args[1]);
    try (ObjectStore store = ObjectStores.forLocation(location, config)) {
      store.stat(location);
      System.out.println("etag " + store.stat(location).etag());
    }
  }
}
