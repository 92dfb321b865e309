package io.s3dlio.storage.gcs;

import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.cloud.OpenStores;
import java.util.Map;

/**
 * Opens stores of Google's. Stores of one configuration share their connections, their keys and
 * their limits, in the whole JVM: a task's store costs nothing to open.
 */
public final class GcsStores {
  private static final OpenStores<GcsConfig> STORES =
      new OpenStores<>(config -> create(config, System.getenv()));

  private GcsStores() {}

  /**
   * Returns the store of a configuration.
   *
   * @throws IllegalArgumentException if the endpoint is malformed
   */
  public static ObjectStore open(GcsConfig config) {
    return STORES.open(config);
  }

  /** Ends the connections and threads of all stores and forgets the stores. */
  public static void closeAll() {
    STORES.closeAll();
  }

  static OpenStores.Opened create(GcsConfig config, Map<String, String> environment) {
    throw new IllegalArgumentException("Cannot open " + config + ": not yet");
  }
}
