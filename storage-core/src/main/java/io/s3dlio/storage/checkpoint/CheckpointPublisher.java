package io.s3dlio.storage.checkpoint;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Compression;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.checkpoint.CheckpointPaths.Folder;
import io.s3dlio.storage.checkpoint.SmallObjects.Versioned;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a checkpoint of states that are all at the store: its manifest is written, and the latest
 * moves forward to it. Either may be done again, by anybody, after a failure at any point. Not
 * thread-safe.
 */
public final class CheckpointPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointPublisher.class);

  private static final int ATTEMPTS = 20;

  private final ObjectStore store;
  private final CheckpointSave save;
  private final boolean replace;
  private final WriterOptions options;
  private final CheckpointPaths paths;
  private final CheckpointIndex index;
  private final LatestPointer latest;
  private boolean mayBePublished;

  /**
   * @param store stays the caller's
   * @param replace whether a complete checkpoint of the same step is replaced
   * @param options how manifests are written; never compressed
   */
  public CheckpointPublisher(
      ObjectStore store, CheckpointSave save, boolean replace, WriterOptions options) {
    this.store = requireNonNull(store, "store is null");
    this.save = requireNonNull(save, "save is null");
    this.replace = replace;
    this.options = requireNonNull(options, "options is null").withCompression(Compression.NONE);
    this.paths = save.paths();
    this.index = new CheckpointIndex(store, paths);
    this.latest = new LatestPointer(store, index);
  }

  /**
   * Fails if the step has a complete checkpoint already, of another save, that is not to be
   * replaced. The latest is moved to it if whoever saved it died before that.
   *
   * @throws AlreadyExistsException if so
   */
  public void requireFree() throws IOException {
    if (replace) {
      return;
    }
    Optional<CheckpointManifest> there = index.find(save.step()).map(Versioned::value);
    if (there.isPresent() && !there.get().id().equals(save.id())) {
      latest.advance(save.step(), options);
      throw CheckpointFailures.complete(
          paths.manifest(save.step()), save.step(), there.get().id(), null);
    }
  }

  /**
   * Publishes the states of all ranks. Does nothing but move the latest if this save is published
   * already, with the same states.
   *
   * @param createdAt equal for all who publish the same
   * @return the manifest in force
   * @throws AlreadyExistsException if the step has another complete checkpoint that is not to be
   *     replaced
   */
  public CheckpointManifest publish(List<SavedState> states, Instant createdAt) throws IOException {
    if (states.isEmpty()) {
      throw new StorageException(
          Failure.of("save", save.root(), "checkpoint %d has no state".formatted(save.step())));
    }
    CheckpointManifest manifest =
        new CheckpointManifest(
            CheckpointManifest.FORMAT_VERSION,
            save.step(),
            save.id(),
            save.worldSize(),
            createdAt,
            save.layout(),
            states,
            save.metadata());
    requireNotRemoved(manifest);
    CheckpointManifest published = write(manifest);
    latest.advance(save.step(), options);
    LOG.info(
        "Saved checkpoint {} below {}: {} states with {} bytes",
        save.step(),
        save.root(),
        published.states().size(),
        published.bytes());
    return published;
  }

  /** Whoever removes old checkpoints takes an older save that is still under way for a dead one. */
  private void requireNotRemoved(CheckpointManifest manifest) throws IOException {
    boolean older;
    try {
      older =
          latest
              .read()
              .filter(step -> step.isPresent() && step.getAsLong() >= manifest.step())
              .isPresent();
    } catch (CorruptException e) {
      older = true;
    }
    if (older) {
      for (SavedState state : manifest.states()) {
        try {
          store.stat(paths.state(state));
        } catch (NotFoundException e) {
          throw CheckpointFailures.missing(paths.state(state), state, e);
        }
      }
    }
  }

  private CheckpointManifest write(CheckpointManifest manifest) throws IOException {
    Location location = paths.manifest(manifest.step());
    byte[] json = ManifestFormat.write(manifest);
    @Nullable ObjectInfo replaced = null;
    for (int attempt = 1; ; attempt++) {
      try {
        mayBePublished = true;
        SmallObjects.put(store, location, json, replaced, options);
        return manifest;
      } catch (AlreadyExistsException | ObjectChangedException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        Optional<Versioned<CheckpointManifest>> there = there(manifest, e);
        if (there.isPresent() && there.get().value().id().equals(manifest.id())) {
          return settled(there.get().value(), manifest);
        }
        replaced = there.map(Versioned::object).orElse(null);
      }
    }
  }

  /** Returns what is in the way and may be replaced; empty if there is nothing any more. */
  private Optional<Versioned<CheckpointManifest>> there(
      CheckpointManifest manifest, StorageException refusal) throws IOException {
    Optional<Versioned<CheckpointManifest>> there = index.find(manifest.step());
    boolean other = there.isPresent() && !there.get().value().id().equals(manifest.id());
    if (other && !replace) {
      mayBePublished = false;
      latest.advance(manifest.step(), options);
      throw CheckpointFailures.complete(
          paths.manifest(manifest.step()), manifest.step(), there.get().value().id(), refusal);
    }
    return there;
  }

  /**
   * Returns whether what {@link #publish} was given is published, or may be: it failed without the
   * store's saying so. Then the states stay.
   */
  public boolean mayBePublished() {
    return mayBePublished;
  }

  /**
   * Removes what attempts of this save left behind, whole or unfinished, whoever wrote it: for when
   * they have all ended. Lists the objects of this save or, where they are spread over prefixes, of
   * all checkpoints.
   *
   * @param kept what was published; none if nothing is to stay
   * @param startedAt the time, by this machine's clock, before which none of them wrote
   */
  public void removeStrays(List<SavedState> kept, Instant startedAt) throws IOException {
    Set<Location> keep = kept.stream().map(paths::state).collect(Collectors.toSet());
    Predicate<Location> isStray =
        location ->
            !keep.contains(location)
                && paths
                    .folderOf(location)
                    .filter(new Folder(save.step(), save.id())::equals)
                    .isPresent();
    Location prefix =
        save.layout() == CheckpointLayout.FLAT ? paths.data(save.step(), save.id()) : paths.data();
    List<Location> strays = new ArrayList<>();
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        Location location = listing.next().location();
        if (isStray.test(location)) {
          strays.add(location);
        }
      }
    }
    store.deleteBatch(strays);
    if (store instanceof UnfinishedWrites unfinished) {
      unfinished.abortUnfinished(
          prefix,
          options.writerId(),
          startedAt,
          locations -> locations.stream().filter(isStray).collect(Collectors.toSet()));
    }
  }

  private CheckpointManifest settled(CheckpointManifest there, CheckpointManifest wanted)
      throws AlreadyExistsException {
    if (!there.isSameAs(wanted)) {
      mayBePublished = false;
      throw new AlreadyExistsException(
          Failure.of(
                  "save",
                  paths.manifest(wanted.step()),
                  "it was saved with the same id (%s) and other states".formatted(wanted.id()))
              .withRemedy("Give each save an id of its own"));
    }
    return there;
  }
}
