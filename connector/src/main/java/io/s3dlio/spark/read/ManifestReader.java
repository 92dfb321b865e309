package io.s3dlio.spark.read;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
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
 * Takes what a read has from a manifest instead of a listing: a job's, or a list in CSV. An object
 * of which it does not tell length, version and time is asked for, many at the same time, and must
 * be the one that it does tell of. What it names outside of the paths of the load is refused.
 */
final class ManifestReader {
  /** How many are asked for before more of the manifest is read. */
  private static final int CHUNK = 10_000;

  private final Location manifest;
  private final List<Location> paths;
  private final NamedPaths named;
  private final Sink sink;
  private final List<Named> chunk = new ArrayList<>();

  /** Takes the objects, in the order of the manifest. */
  interface Sink {
    /**
     * @param path the path of the load that it is at or below
     */
    void add(ObjectInfo object, Location path) throws IOException;
  }

  /** What the manifest tells of an object, and the path of the load that it is at or below. */
  private record Named(
      String where,
      Location location,
      Location path,
      OptionalLong length,
      String etag,
      Optional<ObjectInfo> known) {}

  ManifestReader(Location manifest, List<Location> paths, NamedPaths named, Sink sink) {
    this.manifest = manifest;
    this.paths = List.copyOf(paths);
    this.named = named;
    this.sink = sink;
  }

  void read(ObjectStore store) throws IOException {
    if (manifest.name().equals(Manifests.HEAD_NAME)) {
      readJobs(store);
    } else {
      readList(store);
    }
    flush();
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
          add(
              new Named(
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
        add(
            new Named(
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

  private void add(Named object) throws IOException {
    chunk.add(object);
    if (chunk.size() == CHUNK) {
      flush();
    }
  }

  private void flush() throws IOException {
    List<Location> asked =
        chunk.stream().filter(each -> each.known().isEmpty()).map(Named::location).toList();
    List<ReadRoot> found = asked.isEmpty() ? List.of() : named.find(asked);
    int next = 0;
    for (Named each : chunk) {
      ObjectInfo object =
          each.known().isPresent() ? each.known().get() : checked(each, found.get(next++));
      sink.add(object, each.path());
    }
    chunk.clear();
  }

  private static ObjectInfo checked(Named said, ReadRoot found) throws IOException {
    ObjectInfo object = found.object();
    if (object == null) {
      throw new NotFoundException(
          Failure.of(
              "read", said.location(), "%s names it, and it is no object".formatted(said.where())));
    }
    if (said.length().isPresent() && said.length().getAsLong() != object.length()) {
      throw new ObjectChangedException(
          Failure.of(
              "read",
              said.location(),
              "it has %d bytes and %s says %d"
                  .formatted(object.length(), said.where(), said.length().getAsLong())));
    }
    if (!said.etag().isEmpty() && !said.etag().equals(object.etag())) {
      throw new ObjectChangedException(
          Failure.of(
              "read",
              said.location(),
              "its version is '%s' and %s says '%s'"
                  .formatted(object.etag(), said.where(), said.etag())));
    }
    return object;
  }
}
