package io.s3dlio.spark.it;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.s3.S3Config;
import io.s3dlio.storage.s3.S3Config.Transport;
import java.io.IOException;

/** Asks a store about {@code s3://bucket/key}; its argument is the transport. */
public final class StatProgram {
  private StatProgram() {}

  public static void main(String[] arguments) throws IOException {
    S3Config config = S3Config.builder().transport(Transport.valueOf(arguments[0])).build();
    Location object = new Location("s3", "bucket", "key");
    try (ObjectStore store = ObjectStores.forLocation(object, StoreConfig.DEFAULT.withS3(config))) {
      System.out.println("etag " + store.stat(object).etag());
    }
  }
}
