package io.s3dlio.storage.loader;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StoreConfig;
import java.io.Closeable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The stores of a data set, each opened once for a container. Thread-safe. */
final class DatasetStores implements Closeable {
  private final Map<Container, ObjectStore> stores = new ConcurrentHashMap<>();
  private final Function<Location, ObjectStore> opener;
  private volatile boolean closed;

  private record Container(String scheme, String name) {}

  DatasetStores(Function<Location, ObjectStore> opener) {
    this.opener = opener;
  }

  static DatasetStores of(StoreConfig config) {
    return new DatasetStores(location -> ObjectStores.forLocation(location, config));
  }

  /**
   * Returns the store that holds a location.
   *
   * @throws IllegalArgumentException if there is none for its scheme
   */
  ObjectStore open(Location location) {
    if (closed) {
      throw new IllegalStateException(
          "Cannot read %s: the data set was closed".formatted(location));
    }
    return stores.computeIfAbsent(
        new Container(location.scheme(), location.container()), key -> opener.apply(location));
  }

  @Override
  public void close() {
    closed = true;
    stores.values().forEach(ObjectStore::close);
    stores.clear();
  }
}
