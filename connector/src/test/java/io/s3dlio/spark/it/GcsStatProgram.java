package io.s3dlio.spark.it;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.gcs.GcsConfig;
import io.s3dlio.storage.gcs.GcsCredentials;
import io.s3dlio.storage.gcs.GcsStores;
import java.io.IOException;
import java.net.URI;

/**
 * Asks a server about {@code gs://bucket/key}; its arguments are the server and a file of keys, or
 * none for the application default credentials.
 */
public final class GcsStatProgram {
  private GcsStatProgram() {}

  public static void main(String[] arguments) throws IOException {
    GcsConfig config =
        GcsConfig.DEFAULT
            .withEndpoint(URI.create(arguments[0]))
            .withCredentials(
                arguments.length > 1
                    ? new GcsCredentials.ServiceAccount(arguments[1])
                    : new GcsCredentials.Default());
    try (ObjectStore store = GcsStores.open(config)) {
      System.out.println("etag " + store.stat(new Location("gs", "bucket", "key")).etag());
    }
  }
}
