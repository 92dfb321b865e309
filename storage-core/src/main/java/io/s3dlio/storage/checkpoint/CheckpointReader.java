package io.s3dlio.storage.checkpoint;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.checkpoint.SmallObjects.Versioned;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the complete checkpoints below a prefix, and loads states of them. Thread-safe.
 *
 * <pre>{@code
 * CheckpointReader reader = CheckpointReader.open(store, "s3://bucket/checkpoints/");
 * ByteBuffer model = reader.loadState("model");
 * ByteBuffer optimizer = reader.loadState("optimizer");
 * }</pre>
 *
 * <p>The states that a reader loads by their names alone are all of one checkpoint, the one that
 * was the latest when the first of them was asked for.
 */
public final class CheckpointReader {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointReader.class);

  private final ObjectStore store;
  private final CheckpointPaths paths;
  private final CheckpointIndex index;
  private final LatestPointer pointer;
  private final AtomicBoolean warned = new AtomicBoolean();
  private @Nullable Checkpoint current;

  private CheckpointReader(ObjectStore store, CheckpointPaths paths) {
    this.store = requireNonNull(store, "store is null");
    this.paths = paths;
    this.index = new CheckpointIndex(store, paths);
    this.pointer = new LatestPointer(store, index);
  }

  /** Opens the checkpoints below a prefix. Asks the store for nothing. */
  public static CheckpointReader open(ObjectStore store, String uri) {
    return open(store, Location.parse(uri));
  }

  /**
   * Opens the checkpoints below a prefix. Asks the store for nothing.
   *
   * @param store stays the caller's, and must be open as long as anything of this is used
   */
  public static CheckpointReader open(ObjectStore store, Location prefix) {
    return new CheckpointReader(store, new CheckpointPaths(prefix));
  }

  /**
   * Returns the latest complete checkpoint as it is now; empty if there is none. Where {@code
   * latest.json} is missing, damaged, or names what is not there, the newest sound manifest is
   * looked for: that is logged and told by {@link Checkpoint#recovery}. Only what the store says is
   * not there counts as missing; other failures are thrown.
   *
   * @throws CorruptException if {@code latest.json} names what is not there, and nothing else is
   */
  public Optional<Checkpoint> latest() throws IOException {
    @Nullable CorruptException damage = null;
    try {
      Optional<OptionalLong> step = pointer.read();
      if (step.isPresent() && step.get().isEmpty()) {
        return Optional.empty();
      }
      if (step.isPresent()) {
        long latest = step.get().getAsLong();
        Optional<Versioned<CheckpointManifest>> found = index.find(latest);
        if (found.isPresent()) {
          return Optional.of(checkpoint(found.get().value(), Optional.empty()));
        }
        damage =
            CheckpointFailures.corrupt(
                paths.latest(),
                "it names step %d, which has no complete checkpoint".formatted(latest),
                null);
      }
    } catch (CorruptException e) {
      damage = e;
    }
    String problem =
        damage == null ? "there is no " + paths.latest() : requireNonNull(damage.getMessage());
    Optional<CheckpointManifest> newest = index.newest(any -> true);
    if (newest.isEmpty() && damage != null) {
      throw damage;
    }
    if (newest.isPresent() && warned.compareAndSet(false, true)) {
      LOG.warn(
          "Loading checkpoint {} below {}, the newest that is complete: {}",
          newest.get().step(),
          paths.root(),
          problem);
    }
    return newest.map(manifest -> checkpoint(manifest, Optional.of(problem)));
  }

  private Checkpoint checkpoint(CheckpointManifest manifest, Optional<String> recovery) {
    return new Checkpoint(store, paths, manifest, recovery);
  }

  /**
   * Returns the checkpoint of a step.
   *
   * @throws NotFoundException if it has no complete one
   * @throws CorruptException if its manifest is none of a known version
   */
  public Checkpoint at(long step) throws IOException {
    CheckpointManifest.requireStep(step);
    return index
        .find(step)
        .map(found -> checkpoint(found.value(), Optional.empty()))
        .orElseThrow(
            () ->
                new NotFoundException(
                    Failure.of(
                        "load",
                        paths.manifest(step),
                        "step %d has no complete checkpoint".formatted(step))));
  }

  /** Returns the steps that have a complete checkpoint, least first. Lists the manifests. */
  public List<Long> steps() throws IOException {
    return index.steps();
  }

  /**
   * Returns all complete checkpoints, by step. Lists the manifests and reads them.
   *
   * @throws CorruptException if one is none of a known version
   */
  public List<Checkpoint> list() throws IOException {
    return index.all().stream().map(each -> checkpoint(each, Optional.empty())).toList();
  }

  /**
   * Returns the checkpoint that this reader's states are of: the latest when it was first asked
   * for.
   *
   * @throws NotFoundException if there is no complete one
   */
  public synchronized Checkpoint current() throws IOException {
    if (current == null) {
      current = latest().orElseThrow(() -> CheckpointFailures.none(paths.root()));
    }
    return current;
  }

  /** Returns a state of the latest checkpoint: {@link Checkpoint#state(String)}. */
  public StateReader state(String name) throws IOException {
    return current().state(name);
  }

  /** Returns a rank's state of the latest checkpoint: {@link Checkpoint#state(String, int)}. */
  public StateReader state(String name, int rank) throws IOException {
    return current().state(name, rank);
  }

  /** Loads a state of the latest checkpoint: {@link StateReader#load()}. */
  public ByteBuffer loadState(String name) throws IOException {
    return current().loadState(name);
  }

  /** Loads a rank's state of the latest checkpoint: {@link StateReader#load()}. */
  public ByteBuffer loadState(String name, int rank) throws IOException {
    return current().loadState(name, rank);
  }

  /** Writes a state of the latest checkpoint to a channel. */
  public void loadState(String name, WritableByteChannel target) throws IOException {
    current().loadState(name, target);
  }

  /** Loads a state of the latest checkpoint as an object. */
  public <T> T loadState(String name, StateCodec<T> codec) throws IOException {
    return current().loadState(name, codec);
  }

  /** Opens a state of the latest checkpoint to be read in order: {@link StateReader#open}. */
  public ReadableByteChannel openState(String name) throws IOException {
    return current().openState(name);
  }

  /** Reads a range of a state of the latest checkpoint: {@link StateReader#read}. */
  public void read(String name, long offset, ByteBuffer target) throws IOException {
    current().read(name, offset, target);
  }
}
