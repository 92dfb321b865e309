package io.s3dlio.spark.read;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import io.s3dlio.storage.manifest.Manifests;
import io.s3dlio.storage.manifest.ObjectNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Takes what a read has from a manifest instead of a listing: a job's, or lists in CSV or Parquet.
 * What it names outside of the paths of the load is refused.
 */
final class ManifestReader {
  private final Location manifest;
  private final List<Location> paths;
  private final NamedObjects objects;

  /**
   * @param objects takes what it names
   */
  ManifestReader(Location manifest, List<Location> paths, NamedObjects objects) {
    this.manifest = manifest;
    this.paths = List.copyOf(paths);
    this.objects = objects;
  }

  void read(ObjectStore store) throws IOException {
    if (manifest.name().equals(Manifests.HEAD_NAME)) {
      readJobs(store);
      return;
    }
    for (ObjectInfo list : lists(store)) {
      readList(store, list);
    }
  }

  /** Returns the list itself or, where there is no such object, the lists in a directory. */
  private List<ObjectInfo> lists(ObjectStore store) throws IOException {
    if (!manifest.isPrefix()) {
      try {
        return List.of(store.stat(manifest));
      } catch (NotFoundException e) {
        // Then it is a directory, as Spark writes one.
      }
    }
    List<ObjectInfo> lists = new ArrayList<>();
    try (ObjectListing listing = store.list(manifest.asPrefix(), ListOptions.FLAT)) {
      while (listing.hasNext()) {
        ObjectInfo list = listing.next();
        if (!HiddenNames.hides(list.location().name())) {
          lists.add(list);
        }
      }
    }
    if (lists.isEmpty()) {
      throw new NotFoundException(
          Failure.of(
              "read", manifest, "there is no such manifest, and no list in such a directory"));
    }
    return lists;
  }

  private void readJobs(ObjectStore store) throws IOException {
    Manifest head = Manifests.read(store, manifest);
    Location prefix = Manifests.prefixOf(manifest);
    for (Manifest.Shard shard : head.shards()) {
      try (Manifests.Entries entries = Manifests.entries(store, prefix, shard)) {
        for (long line = 2; entries.hasNext(); line++) {
          ManifestEntry entry = entries.next();
          String where = "line %d of %s".formatted(line, prefix.append(shard.name()));
          Location location = prefix.append(entry.name());
          objects.add(
              new NamedObjects.Named(
                  where,
                  location,
                  pathOf(location, where),
                  OptionalLong.of(entry.size()),
                  "",
                  Optional.empty()));
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
  }

  private void readList(ObjectStore store, ObjectInfo list) throws IOException {
    if (list.location().name().endsWith(".parquet")) {
      try (ParquetNames names = ParquetNames.open(store, list)) {
        for (Optional<ObjectNames.Name> next = names.next();
            next.isPresent();
            next = names.next()) {
          add(next.get(), "row %d of %s".formatted(next.get().line(), list.location()));
        }
      }
    } else {
      try (ObjectNames names = ObjectNames.open(store, list)) {
        for (Optional<ObjectNames.Name> next = names.next();
            next.isPresent();
            next = names.next()) {
          add(next.get(), "line %d of %s".formatted(next.get().line(), list.location()));
        }
      }
    }
  }

  private void add(ObjectNames.Name name, String where) throws IOException {
    Location location = location(name.path(), where);
    boolean whole =
        name.length().isPresent() && !name.etag().isEmpty() && name.lastModified().isPresent();
    objects.add(
        new NamedObjects.Named(
            where,
            location,
            pathOf(location, where),
            name.length(),
            name.etag(),
            whole
                ? Optional.of(
                    new ObjectInfo(
                        location,
                        name.length().getAsLong(),
                        name.lastModified().get(),
                        name.etag()))
                : Optional.empty()));
  }

  /** A location, or what stands below the one path of the load. */
  private Location location(String text, String where) throws CorruptException {
    boolean absolute = text.startsWith("/") || text.matches("[A-Za-z0-9]{2,}:/.*");
    if (!absolute) {
      if (paths.size() > 1) {
        throw refused(
            where, "'%s' is relative, and the load has %d paths".formatted(text, paths.size()));
      }
    }
    try {
      return absolute ? Location.parse(text) : paths.get(0).asPrefix().append(text);
    } catch (IllegalArgumentException e) {
      throw new CorruptException(Failure.of("read", manifest, where + ": " + e.getMessage()), e);
    }
  }

  /** Returns the path of the load that an object is at or below. */
  private Location pathOf(Location location, String where) throws CorruptException {
    boolean leadsAway =
        location.isPrefix()
            || (location.isLocal()
                && Arrays.stream(location.key().split("/", -1))
                    .anyMatch(name -> name.equals("..") || name.equals(".")));
    for (Location path : paths) {
      if (!leadsAway
          && path.scheme().equals(location.scheme())
          && path.container().equals(location.container())
          && (path.equals(location) || location.key().startsWith(path.asPrefix().key()))) {
        return path;
      }
    }
    throw refused(where, "'%s' is no object at or below a path of the load".formatted(location));
  }

  private CorruptException refused(String where, String reason) {
    return new CorruptException(Failure.of("read", manifest, where + ": " + reason));
  }
}
