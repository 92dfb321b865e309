package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.checkpoint.SmallObjects.Versioned;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The manifests of complete checkpoints. A failure to look is an error: only what the store says is
 * not there is taken for missing.
 */
final class CheckpointIndex {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointIndex.class);

  private final ObjectStore store;
  private final CheckpointPaths paths;

  CheckpointIndex(ObjectStore store, CheckpointPaths paths) {
    this.store = store;
    this.paths = paths;
  }

  CheckpointPaths paths() {
    return paths;
  }

  /** Returns the objects that are manifests by their names, by step. Lists them. */
  NavigableMap<Long, ObjectInfo> listed() throws IOException {
    NavigableMap<Long, ObjectInfo> found = new TreeMap<>();
    try (ObjectListing listing = store.list(paths.manifests(), ListOptions.FLAT)) {
      while (listing.hasNext()) {
        ObjectInfo object = listing.next();
        OptionalLong step = paths.stepOf(object.location());
        if (step.isPresent()) {
          found.put(step.getAsLong(), object);
        }
      }
    }
    return found;
  }

  /** Returns the steps of which there are manifests, least first. Lists them. */
  List<Long> steps() throws IOException {
    return List.copyOf(listed().keySet());
  }

  /**
   * Returns the manifest of a step and its version; empty if there is none.
   *
   * @throws CorruptException if it is none of a known version, or of another step
   */
  Optional<Versioned<CheckpointManifest>> find(long step) throws IOException {
    try {
      return Optional.of(SmallObjects.read(store, paths.manifest(step), json -> parse(json, step)));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns all manifests, by step.
   *
   * @throws CorruptException if one is none of a known version
   */
  List<CheckpointManifest> all() throws IOException {
    NavigableMap<Long, ObjectInfo> listed = listed();
    List<CheckpointManifest> manifests =
        SmallObjects.readAll(store, List.copyOf(listed.values()), ManifestFormat::read);
    Iterator<Long> steps = listed.keySet().iterator();
    for (CheckpointManifest manifest : manifests) {
      long step = steps.next();
      if (manifest.step() != step) {
        throw CheckpointFailures.corrupt(
            paths.manifest(step), otherStep(manifest.step(), step), null);
      }
    }
    return manifests;
  }

  /**
   * Returns the newest manifest that is sound; says what is wrong with newer ones. Lists them.
   *
   * @param counts which steps count
   */
  Optional<CheckpointManifest> newest(LongPredicate counts) throws IOException {
    for (long step : listed().descendingKeySet()) {
      try {
        Optional<Versioned<CheckpointManifest>> found =
            counts.test(step) ? find(step) : Optional.empty();
        if (found.isPresent()) {
          return found.map(Versioned::value);
        }
      } catch (CorruptException e) {
        LOG.warn("The checkpoint is passed over: {}", e.getMessage());
      }
    }
    return Optional.empty();
  }

  private static CheckpointManifest parse(ByteBuffer json, long step) throws IOException {
    CheckpointManifest manifest = ManifestFormat.read(json);
    if (manifest.step() != step) {
      throw new IllegalArgumentException(otherStep(manifest.step(), step));
    }
    return manifest;
  }

  private static String otherStep(long told, long named) {
    return "Invalid step: %d (its name says %d)".formatted(told, named);
  }
}
