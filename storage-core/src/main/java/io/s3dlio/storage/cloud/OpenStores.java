package io.s3dlio.storage.cloud;

import io.s3dlio.storage.ObjectStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The open stores of a service. Those of one configuration share their connections, their keys and
 * their limits, in the whole JVM: a task's store costs nothing to open. Thread-safe.
 *
 * @param <C> the configuration
 */
public final class OpenStores<C> {
  private final Map<C, Opened> stores = new ConcurrentHashMap<>();
  private final Function<C, Opened> create;

  /** A store and what ends the connections and threads that it uses. */
  public record Opened(ObjectStore store, Runnable end) {}

  /**
   * @param create opens the store of a configuration
   */
  public OpenStores(Function<C, Opened> create) {
    this.create = create;
  }

  /** Returns the store of a configuration. */
  public ObjectStore open(C config) {
    return stores.computeIfAbsent(config, create).store();
  }

  /**
   * Ends the connections and threads of all stores and forgets the stores; one that somebody still
   * holds fails from then on. Nobody needs to, for connections and threads end when they are idle:
   * it is for who wants none left at once.
   */
  public void closeAll() {
    for (C config : List.copyOf(stores.keySet())) {
      Opened opened = stores.remove(config);
      if (opened != null) {
        opened.end().run();
      }
    }
  }
}
