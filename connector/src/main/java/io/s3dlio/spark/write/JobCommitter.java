package io.s3dlio.spark.write;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import io.s3dlio.storage.manifest.Manifests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a write on the driver: proves that no name came twice, writes the manifest's head, in
 * overwrite mode removes what was there before, and says {@code _SUCCESS}. Used by one thread.
 *
 * <p>As with Spark's own committer the {@code _SUCCESS} of an earlier job stays when a later one
 * fails; that a job succeeded is proven by its manifest.
 */
final class JobCommitter {
  static final String SUCCESS = "_SUCCESS";

  private static final Logger LOG = LoggerFactory.getLogger(JobCommitter.class);

  private final WriteJob job;
  private final Map<String, String> settings;
  private final boolean overwrite;
  private final boolean ownsNames;
  private final Predicate<String> mayName;
  private final Clock clock;
  private final Instant startedAt;
  private boolean headWritten;

  /**
   * @param settings what the manifest says was asked for
   * @param overwrite whether objects that the job did not write are removed
   * @param ownsNames whether no other job names objects as this one does
   * @param mayName whether rows of a job that failed may have given this name
   */
  JobCommitter(
      WriteJob job,
      Map<String, String> settings,
      boolean overwrite,
      boolean ownsNames,
      Predicate<String> mayName,
      Clock clock) {
    this.job = job;
    this.ownsNames = ownsNames;
    this.mayName = mayName;
    this.settings = settings;
    this.overwrite = overwrite;
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  void commit(List<TaskCommit> tasks) throws IOException {
    try (ObjectStore store = job.openStore()) {
      Optional<NameSet> names = requireDistinctNames(store, tasks);
      removeStrayShards(store, tasks);
      Manifest head = head(tasks);
      Manifests.write(store, job.prefix(), head, job.writerOptions());
      headWritten = true;
      if (names.isPresent() && overwrite) {
        new PriorObjects(store, job).delete(names.get());
      }
      abortUnfinished(store, locations -> named(store, tasks, locations));
      store.put(job.prefix().append(SUCCESS), ByteBuffer.allocate(0), job.writerOptions());
      LOG.info(
          "Wrote {} objects with {} bytes below {}, left {} as they were (job {})",
          head.count(),
          head.bytes(),
          job.prefix(),
          tasks.stream().mapToLong(task -> task.left().count()).sum(),
          job.id());
    }
  }

  /**
   * Returns the names of the job's objects if they are needed to overwrite.
   *
   * @throws StorageException if a name came twice
   */
  private Optional<NameSet> requireDistinctNames(ObjectStore store, List<TaskCommit> tasks)
      throws IOException {
    boolean proven = IdRange.distinct(tasks.stream().map(TaskCommit::ids).toList());
    if (proven && !overwrite) {
      return Optional.empty();
    }
    List<TaskCommit.Shard> shards =
        tasks.stream()
            .flatMap(task -> Stream.of(task.objects(), task.left()))
            .filter(TaskCommit.Shard::isPresent)
            .toList();
    NameSet names = new NameSet(shards.stream().mapToLong(TaskCommit.Shard::count).sum());
    for (TaskCommit.Shard shard : shards) {
      try (Manifests.Entries entries = Manifests.entries(store, job.prefix(), shard.toManifest())) {
        while (entries.hasNext()) {
          ManifestEntry entry = entries.next();
          if (!names.add(entry.name())) {
            throw job.duplicate(entry.name());
          }
        }
      }
    }
    return Optional.of(names);
  }

  private Manifest head(List<TaskCommit> tasks) {
    List<Manifest.Shard> shards =
        tasks.stream()
            .map(TaskCommit::objects)
            .filter(TaskCommit.Shard::isPresent)
            .map(TaskCommit.Shard::toManifest)
            .toList();
    return new Manifest(
        Manifest.FORMAT_VERSION,
        job.id(),
        clock.instant(),
        job.seed(),
        settings,
        shards.stream().mapToLong(Manifest.Shard::count).sum(),
        shards.stream().mapToLong(Manifest.Shard::bytes).sum(),
        shards);
  }

  /**
   * Removes the shards of attempts that lost, and the names of objects that were left. What no
   * other job would name goes with its attempt.
   */
  private void removeStrayShards(ObjectStore store, List<TaskCommit> tasks) throws IOException {
    Set<String> kept =
        tasks.stream().map(task -> task.objects().name()).collect(Collectors.toSet());
    List<Location> strays =
        shards(store).stream().filter(shard -> !kept.contains(job.relative(shard))).toList();
    if (ownsNames && !strays.isEmpty()) {
      Set<Location> lost = objects(store, strays);
      lost.removeAll(named(store, tasks, lost));
      store.deleteBatch(lost);
    }
    store.deleteBatch(strays);
  }

  /** Returns the objects that shards name. */
  private Set<Location> objects(ObjectStore store, List<Location> shards) throws IOException {
    Set<Location> found = new HashSet<>();
    for (Location shard : shards) {
      try (Manifests.Entries entries =
          Manifests.entries(store, job.prefix(), job.relative(shard))) {
        while (entries.hasNext()) {
          found.add(job.prefix().append(entries.next().name()));
        }
      }
    }
    return found;
  }

  private List<Location> shards(ObjectStore store) throws IOException {
    List<Location> found = new ArrayList<>();
    try (ObjectListing listing =
        store.list(job.prefix().append(job.manifestFolder()), ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        found.add(listing.next().location());
      }
    }
    return found;
  }

  private void abortUnfinished(ObjectStore store, UnfinishedWrites.Ownership ownership)
      throws IOException {
    if (store instanceof UnfinishedWrites unfinished) {
      unfinished.abortUnfinished(job.prefix(), job.id(), startedAt, ownership);
    }
  }

  /** Returns those of the locations that are objects of the job. */
  private Set<Location> named(ObjectStore store, List<TaskCommit> tasks, Set<Location> locations)
      throws IOException {
    Set<Location> found = new HashSet<>();
    for (TaskCommit task : tasks) {
      if (task.objects().isPresent()) {
        try (Manifests.Entries entries =
            Manifests.entries(store, job.prefix(), task.objects().toManifest())) {
          while (entries.hasNext()) {
            Location location = job.prefix().append(entries.next().name());
            if (locations.contains(location)) {
              found.add(location);
            }
          }
        }
      }
    }
    return found;
  }

  private void removeAll(ObjectStore store) throws IOException {
    List<Location> shards = shards(store);
    if (ownsNames) {
      store.deleteBatch(objects(store, shards));
    }
    store.deleteBatch(shards);
  }

  /** Returns those of the locations that rows of the job may have named. */
  private Set<Location> nameable(Set<Location> locations) {
    return locations.stream()
        .filter(location -> mayName.test(job.relative(location)))
        .collect(Collectors.toSet());
  }

  /**
   * Removes what the failed job began: unfinished objects and, unless its manifest is written, the
   * shards. Whole objects stay, but for those that no other job would name. Never throws, so that
   * the job's own failure is what users see.
   */
  void abort() {
    Cleanup cleanup = new Cleanup();
    try (ObjectStore store = job.openStore()) {
      if (!headWritten) {
        cleanup.run(() -> removeAll(store));
      }
      cleanup.run(() -> abortUnfinished(store, this::nameable));
      cleanup.throwFirst();
    } catch (IOException e) {
      LOG.warn(
          "Cannot clean up below {} after the failed job {}: what it left is hidden from reads",
          job.prefix(),
          job.id(),
          e);
    }
  }
}
