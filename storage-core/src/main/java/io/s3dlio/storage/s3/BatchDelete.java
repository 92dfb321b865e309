package io.s3dlio.storage.s3;

import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.cloud.Xml;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Deletes many objects, as many at once as a request takes. For one batch. */
final class BatchDelete {
  private static final int MAX_KEYS = 1000;

  /** Who deletes. */
  interface Server {
    /** Deletes one object; that it is not there is a success. */
    void delete(Location location) throws IOException;

    /** Deletes objects of one bucket and returns what the server says of each. */
    S3Xml.Deleted delete(List<Location> some) throws IOException;
  }

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
  static void run(Collection<Location> locations, Server server) throws IOException {
    BatchDelete batch = new BatchDelete(server);
    Map<String, List<Location>> buckets = new LinkedHashMap<>();
    for (Location location : new LinkedHashSet<>(locations)) {
      if (!location.isPrefix()) {
        if (Xml.canHold(location.key())) {
          buckets.computeIfAbsent(location.container(), b -> new ArrayList<>()).add(location);
        } else {
          batch.deleteOne(location);
        }
      }
    }
    for (List<Location> bucket : buckets.values()) {
      for (int from = 0; from < bucket.size(); from += MAX_KEYS) {
        batch.deleteSome(bucket.subList(from, Math.min(bucket.size(), from + MAX_KEYS)));
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
    S3Xml.Deleted answer;
    try {
      answer = server.delete(some);
    } catch (StorageException e) {
      some.forEach(location -> failures.put(location, e));
      return;
    }
    Location first = some.get(0);
    Set<Location> untold = new LinkedHashSet<>(some);
    answer.keys().forEach(key -> untold.remove(first.withKey(key)));
    for (S3Xml.FailedDelete failed : answer.failures()) {
      Location location = first.withKey(failed.key());
      StorageException failure = S3Failures.ofDelete(location, failed);
      if (!failure.isRetryable()) {
        untold.remove(location);
        failures.put(location, failure);
      }
    }
    for (Location location : untold) {
      deleteOne(location);
    }
  }
}
