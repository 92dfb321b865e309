package io.s3dlio.storage.cloud;

import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Deletes many objects, as many at once as a request takes. For one batch. */
public final class BatchDelete {
  /** Who deletes. */
  public interface Server {
    /** Deletes one object; that it is not there is a success. */
    void delete(Location location) throws IOException;

    /** Deletes objects of one container and returns what the server says of each. */
    Told delete(List<Location> some) throws IOException;

    /** Returns how many objects a request takes. */
    int mostAtOnce();

    /** Returns whether a request of several can name an object. */
    boolean canName(Location location);
  }

  /**
   * What a server says of a batch.
   *
   * @param deleted what is gone
   * @param failed what is still there, and why
   */
  public record Told(Set<Location> deleted, Map<Location, StorageException> failed) {}

  private final Server server;
  private final Map<Location, StorageException> failures = new LinkedHashMap<>();

  private BatchDelete(Server server) {
    this.server = server;
  }

  /**
   * Deletes objects; prefixes and what is not there are passed over.
   *
   * @throws BatchDeleteException if some could not be deleted, all others being tried
   */
  public static void run(Collection<Location> locations, Server server) throws IOException {
    BatchDelete batch = new BatchDelete(server);
    Map<String, List<Location>> containers = new LinkedHashMap<>();
    for (Location location : new LinkedHashSet<>(locations)) {
      if (!location.isPrefix()) {
        if (server.canName(location)) {
          containers.computeIfAbsent(location.container(), c -> new ArrayList<>()).add(location);
        } else {
          batch.deleteOne(location);
        }
      }
    }
    int most = server.mostAtOnce();
    for (List<Location> container : containers.values()) {
      for (int from = 0; from < container.size(); from += most) {
        batch.deleteSome(container.subList(from, Math.min(container.size(), from + most)));
      }
    }
    if (!batch.failures.isEmpty()) {
      throw new BatchDeleteException(batch.failures);
    }
  }

  private void deleteOne(Location location) throws IOException {
    try {
      server.delete(location);
    } catch (StorageException e) {
      failures.put(location, e);
    }
  }

  /** Wants a word on every key: MinIO was seen to leave one out, be it deleted or not. */
  private void deleteSome(List<Location> some) throws IOException {
    Told told;
    try {
      told = server.delete(some);
    } catch (StorageException e) {
      some.forEach(location -> failures.put(location, e));
      return;
    }
    Set<Location> untold = new LinkedHashSet<>(some);
    untold.removeAll(told.deleted());
    told.failed()
        .forEach(
            (location, failure) -> {
              if (!failure.isRetryable()) {
                untold.remove(location);
                failures.put(location, failure);
              }
            });
    for (Location location : untold) {
      deleteOne(location);
    }
  }
}
