package io.s3dlio.spark.it;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.azure.AzureConfig;
import java.net.URI;

/** Looks at an object of Azure by what the environment gives: {@code <endpoint>}. */
final class BlobStatProgram {
  private BlobStatProgram() {}

  public static void main(String[] args) throws Exception {
    StoreConfig config =
        StoreConfig.DEFAULT.withAzure(AzureConfig.DEFAULT.withEndpoint(URI.create(args[0])));
    Location location = Location.parse("az://bucket/object");
    try (ObjectStore store = ObjectStores.forLocation(location, config)) {
      System.out.println("etag " + store.stat(location).etag());
    }
  }
}
