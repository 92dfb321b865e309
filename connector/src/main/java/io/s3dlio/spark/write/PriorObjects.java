package io.s3dlio.spark.write;

import io.s3dlio.storage.BatchDeleteException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.manifest.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The objects that an overwriting job finds below its prefix and did not write. */
final class PriorObjects {
  private static final int BATCH = 1000;

  private final ObjectStore store;
  private final WriteJob job;
  private final Map<Location, StorageException> failures = new HashMap<>();

  PriorObjects(ObjectStore store, WriteJob job) {
    this.store = store;
    this.job = job;
  }

  /**
   * Deletes every visible object that is not named here, and the manifests of earlier jobs. What
   * else is hidden from reads stays.
   *
   * @throws StorageException naming what could not be deleted, after all else is
   */
  void delete(NameSet written) throws IOException {
    List<Location> batch = new ArrayList<>();
    try (ObjectListing listing = store.list(job.prefix(), ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        Location object = listing.next().location();
        String name = job.relative(object);
        boolean isPrior =
            name.startsWith(Manifest.FOLDER)
                ? !name.startsWith(job.manifestFolder())
                : !HiddenNames.hides(name) && !written.contains(name);
        if (isPrior) {
          batch.add(object);
        }
        if (batch.size() == BATCH) {
          delete(batch);
        }
      }
    }
    delete(batch);
    if (!failures.isEmpty()) {
      throw incomplete();
    }
  }

  private void delete(List<Location> batch) throws IOException {
    try {
      store.deleteBatch(batch);
    } catch (BatchDeleteException e) {
      failures.putAll(e.failures());
    }
    batch.clear();
  }

  private StorageException incomplete() {
    BatchDeleteException cause = new BatchDeleteException(failures);
    return new StorageException(
        Failure.of(
                "overwrite",
                job.prefix(),
                "the new objects and their manifest are written, but %d of the old objects are still there (%s)"
                    .formatted(failures.size(), cause.getMessage()))
            .withRemedy("Delete them, or make them deletable and run the job again"),
        cause);
  }
}
