package io.s3dlio.storage.loader;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.manifest.Manifest;
import io.s3dlio.storage.manifest.ManifestEntry;
import io.s3dlio.storage.manifest.Manifests;
import io.s3dlio.storage.manifest.ObjectNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Takes objects from a manifest: that of a write job, or a list in CSV. */
final class ManifestItems {
  private final ObjectStore store;
  private final Location manifest;
  private final ItemTable.Builder items = new ItemTable.Builder();

  private ManifestItems(ObjectStore store, Location manifest) {
    this.store = store;
    this.manifest = manifest;
  }

  /**
   * @throws CorruptException if the manifest is malformed or names no object
   */
  static Items read(ObjectStore store, Location manifest) throws IOException {
    ManifestItems read = new ManifestItems(store, manifest);
    if (manifest.name().equals(Manifests.HEAD_NAME)) {
      read.readJob();
    } else {
      read.readList();
    }
    if (read.items.size() == 0) {
      throw read.corrupt("it names no object", null);
    }
    return read.items.build();
  }

  private void readJob() throws IOException {
    Manifest head = Manifests.read(store, manifest);
    Location prefix = Manifests.prefixOf(manifest);
    for (Manifest.Shard shard : head.shards()) {
      try (Manifests.Entries entries = Manifests.entries(store, prefix, shard)) {
        while (entries.hasNext()) {
          ManifestEntry entry = entries.next();
          Location location = prefix.append(entry.name());
          items.add(prefix, location, OptionalLong.of(entry.size()), "");
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
  }

  private void readList() throws IOException {
    String key = manifest.key();
    Location folder = manifest.withKey(key.substring(0, key.lastIndexOf('/') + 1));
    try (ObjectNames names = ObjectNames.open(store, store.stat(manifest))) {
      for (Optional<ObjectNames.Name> next = names.next(); next.isPresent(); next = names.next()) {
        ObjectNames.Name name = next.get();
        boolean absolute =
            name.path().startsWith("/") || name.path().matches("[A-Za-z0-9]{2,}:/.*");
        Location location = absolute ? parse(name) : below(folder, name);
        Location root = absolute ? location.withKey("") : folder;
        // A version without a length cannot be read without asking either.
        String etag = name.length().isPresent() ? name.etag() : "";
        items.add(root, location, name.length(), etag);
      }
    }
  }

  private Location parse(ObjectNames.Name name) throws CorruptException {
    try {
      return requireObject(name, Location.parse(name.path()));
    } catch (IllegalArgumentException e) {
      throw corrupt("line %d: %s".formatted(name.line(), e.getMessage()), e);
    }
  }

  private Location below(Location folder, ObjectNames.Name name) throws CorruptException {
    if (Arrays.stream(name.path().split("/", -1)).anyMatch(part -> part.matches("\\.\\.?"))) {
      throw corrupt(
          "line %d: '%s' leads away from the list's folder".formatted(name.line(), name.path()),
          null);
    }
    return requireObject(name, folder.append(name.path()));
  }

  private Location requireObject(ObjectNames.Name name, Location location) throws CorruptException {
    if (location.isPrefix()) {
      throw corrupt("line %d: '%s' is no object".formatted(name.line(), name.path()), null);
    }
    return location;
  }

  private CorruptException corrupt(String reason, @Nullable Throwable cause) {
    return new CorruptException(
        Failure.of("read", manifest, reason)
            .withRemedy("A manifest is a job's manifest.json, or CSV of path,length,etag"),
        cause);
  }
}
