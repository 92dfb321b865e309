package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the ranks of one save have finished: a manifest each, of their own states. */
final class RankManifests {
  private final ObjectStore store;
  private final CheckpointSave save;
  private final CheckpointPaths paths;
  private final WriterOptions options;
  private boolean mayBeThere;

  RankManifests(ObjectStore store, CheckpointSave save, WriterOptions options) {
    this.store = store;
    this.save = save;
    this.paths = save.paths();
    this.options = options;
  }

  /**
   * Says that a rank has finished. Whoever says it first is believed.
   *
   * @return false if it had finished already, with the same states under other keys
   * @throws AlreadyExistsException if it had finished with other states
   */
  boolean write(int rank, List<SavedState> states, Instant now) throws IOException {
    CheckpointManifest own =
        new CheckpointManifest(
            CheckpointManifest.FORMAT_VERSION,
            save.step(),
            save.id(),
            save.worldSize(),
            now,
            save.layout(),
            states,
            save.metadata());
    Location location = paths.rank(save.step(), save.id(), rank);
    try {
      mayBeThere = true;
      SmallObjects.put(store, location, ManifestFormat.write(own), null, options);
      return true;
    } catch (AlreadyExistsException e) {
      CheckpointManifest there = SmallObjects.read(store, location, ManifestFormat::read).value();
      if (!there.isSameAs(own)) {
        mayBeThere = false;
        throw new AlreadyExistsException(
            Failure.of("save", location, "the rank has finished with other states")
                .withRemedy("Give each save an id of its own"),
            e);
      }
      return there.states().equals(own.states());
    }
  }

  /** Returns whether the store has been asked to keep a manifest of this rank's states. */
  boolean mayBeThere() {
    return mayBeThere;
  }

  /** Returns the manifests of all ranks, by rank; empty if not all have finished. Lists them. */
  Optional<List<CheckpointManifest>> all() throws IOException {
    Map<Location, ObjectInfo> listed = new HashMap<>();
    try (ObjectListing listing =
        store.list(paths.ranks(save.step(), save.id()), ListOptions.FLAT)) {
      while (listing.hasNext()) {
        ObjectInfo object = listing.next();
        listed.put(object.location(), object);
      }
    }
    List<ObjectInfo> objects = new ArrayList<>();
    for (int rank = 0; rank < save.worldSize(); rank++) {
      ObjectInfo object = listed.get(paths.rank(save.step(), save.id(), rank));
      if (object == null) {
        return Optional.empty();
      }
      objects.add(object);
    }
    List<CheckpointManifest> manifests = SmallObjects.readAll(store, objects, ManifestFormat::read);
    for (int rank = 0; rank < manifests.size(); rank++) {
      requireOwn(manifests.get(rank), rank, objects.get(rank).location());
    }
    return Optional.of(manifests);
  }

  private void requireOwn(CheckpointManifest manifest, int rank, Location location)
      throws IOException {
    boolean own =
        manifest.step() == save.step()
            && manifest.id().equals(save.id())
            && manifest.worldSize() == save.worldSize()
            && manifest.states().stream().allMatch(state -> state.rank() == rank);
    if (!own) {
      throw CheckpointFailures.corrupt(
          location,
          "it is not what rank %d of %d of step %d (%s) saves"
              .formatted(rank, save.worldSize(), save.step(), save.id()),
          null);
    }
  }
}
