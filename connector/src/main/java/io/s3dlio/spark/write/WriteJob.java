package io.s3dlio.spark.write;

import static java.util.Objects.requireNonNull;

import io.s3dlio.datagen.OnExisting;
import io.s3dlio.datagen.PutOptions;
import io.s3dlio.spark.config.ResolvedOptions;
import io.s3dlio.spark.config.ResolvedOptions.Origin;
import io.s3dlio.spark.config.WriteOptions;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.cloud.ClientConfig;
import io.s3dlio.storage.manifest.Manifest;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * What the driver and every task know of one write.
 *
 * @param id names the job in its manifest and in unfinished writes
 * @param prefix what the objects go below
 * @param seed the seed of generated objects
 * @param maxConcurrency how many objects a task has in flight
 * @param partSize how many bytes of an object are in memory
 */
record WriteJob(
    String id,
    Location prefix,
    StoreConfig store,
    OnExisting onExisting,
    long seed,
    int maxConcurrency,
    int partSize)
    implements Serializable {
  WriteJob {
    requireNonNull(id, "id is null");
    requireNonNull(prefix, "prefix is null");
  }

  static WriteJob of(String id, Location prefix, OnExisting onExisting, ResolvedOptions options) {
    return new WriteJob(
        id,
        prefix,
        store(prefix, options),
        onExisting,
        options.value(WriteOptions.SEED),
        options.value(WriteOptions.MAX_CONCURRENCY),
        Math.toIntExact(options.value(WriteOptions.PART_SIZE)));
  }

  /** Where objects go up in parts, the parts have the size that was asked for. */
  private static StoreConfig store(Location prefix, ResolvedOptions options) {
    StoreConfig store = options.storeConfig(List.of(prefix));
    Optional<ClientConfig> client = store.client(prefix);
    if (client.isEmpty() || options.origin(WriteOptions.PART_SIZE) == Origin.DEFAULT) {
      return store;
    }
    int partSize = Math.toIntExact(options.value(WriteOptions.PART_SIZE));
    return store.withClient(prefix, client.get().withPartSize(partSize));
  }

  /** Opens the store that the objects go to. The caller closes it. */
  ObjectStore openStore() {
    return ObjectStores.forLocation(prefix, store);
  }

  /** Returns how the job's own files are written. */
  WriterOptions writerOptions() {
    return WriterOptions.DEFAULT.withPageCacheMode(store.pageCacheMode()).withWriterId(id);
  }

  /** Returns how tasks write: their names are synced when the task commits. */
  WriterOptions taskOptions() {
    return writerOptions().withSyncName(false);
  }

  /** Returns how the job's objects are written. */
  WriterOptions objectOptions() {
    return taskOptions().withReplaceExisting(onExisting == OnExisting.OVERWRITE);
  }

  /** What goes up in parts is generated where they are sent from, as many as go side by side. */
  PutOptions putOptions() {
    Optional<ClientConfig> client = store.client(prefix);
    return new PutOptions(
        onExisting,
        maxConcurrency,
        client.map(ClientConfig::partSize).orElse(partSize),
        client.map(ClientConfig::partsInFlight).orElse(1),
        objectOptions());
  }

  /** Returns the key, below the prefix, of the folder of the job's manifest. */
  String manifestFolder() {
    return Manifest.FOLDER + id + "/";
  }

  /** Returns the name of an object below the prefix. */
  String relative(Location object) {
    return object.key().substring(prefix.key().length());
  }

  /** Returns the failure of a job that names an object twice. */
  StorageException duplicate(String name) {
    return new StorageException(
        Failure.of("write", prefix.append(name), "two rows of this job name it")
            .withRemedy("Names must be unique within a job; the object holds one of the two"));
  }
}
