package io.s3dlio.spark.read;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import io.s3dlio.storage.manifest.Manifests;
import io.s3dlio.storage.manifest.ObjectNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Takes what a read has from a manifest instead of a listing: a job's, or a list in CSV. What it
 * names outside of the paths of the load is refused.
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
    } else {
      readList(store);
    }
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

  private void readList(ObjectStore store) throws IOException {
    try (ObjectNames names = ObjectNames.open(store, store.stat(manifest))) {
      for (Optional<ObjectNames.Name> next = names.next(); next.isPresent(); next = names.next()) {
        ObjectNames.Name name = next.get();
        String where = "line %d of %s".formatted(name.line(), manifest);
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
    }
  }

  /** A location, or what stands below the one path of the load. */
  private Location location(String text, String where) throws CorruptException {
    boolean absolute = text.startsWith("/") || text.matches("[A-Za-z0-9]{2,}:/.*");
    if (!absolute) {
      if (paths.size() > 1) {
        throw refused(
            where, "'%s' is relative, and the load has %d paths".formatted(text, paths.size()));
      }
      return paths.get(0).asPrefix().append(text);
    }
    try {
      return Location.parse(text);
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
