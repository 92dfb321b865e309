package io.s3dlio.spark.read;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StoreConfig;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The stores that reads use, opened once in a JVM for each container and configuration. */
final class Stores {
  private static final Map<Key, ObjectStore> OPEN = new ConcurrentHashMap<>();

  private Stores() {}

  private record Key(String scheme, String container, StoreConfig config) {}

  /** Returns the store that holds a location. It stays open as long as the JVM runs. */
  static ObjectStore open(Location location, StoreConfig config) {
    return OPEN.computeIfAbsent(
        new Key(location.scheme(), location.container(), config),
        key -> ObjectStores.forLocation(location, config));
  }

  /** Opens stores; {@link Stores#open} but in tests. */
  @FunctionalInterface
  interface Opener {
    ObjectStore open(Location location, StoreConfig config);
  }
}
