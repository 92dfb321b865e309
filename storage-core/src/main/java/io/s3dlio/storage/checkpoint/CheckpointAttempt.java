package io.s3dlio.storage.checkpoint;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.Compression;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The states that one attempt writes of a checkpoint, under keys that no other attempt has. They
 * are part of it once a {@link CheckpointPublisher} has published them; until then closing removes
 * them. Thread-safe.
 */
public final class CheckpointAttempt implements Closeable {
  private final ObjectStore store;
  private final CheckpointSave save;
  private final WriterOptions options;
  private final String attempt = UUID.randomUUID().toString();
  private final Set<String> names = new HashSet<>();

  /** Everything that may be there, also what failed: a store may have done what it did not tell. */
  private final Set<Location> begun = new HashSet<>();

  private final List<SavedState> states = new ArrayList<>();
  private int open;
  private boolean ended;

  /**
   * @param store stays the caller's
   * @param options how the objects of states are written
   */
  public CheckpointAttempt(ObjectStore store, CheckpointSave save, WriterOptions options) {
    this.store = requireNonNull(store, "store is null");
    this.save = requireNonNull(save, "save is null");
    this.options = requireNonNull(options, "options is null").withReplaceExisting(false);
  }

  /**
   * Begins a state.
   *
   * @throws IllegalArgumentException if the name is not safe, or the rank has a state of that name
   *     already
   */
  public StateWriter create(String name, int rank) throws IOException {
    SavedState.requireName(name);
    if (rank < 0 || rank >= save.worldSize()) {
      throw new IllegalArgumentException(
          "Invalid rank: %d (there are %d ranks)".formatted(rank, save.worldSize()));
    }
    String key = begin(name, rank);
    boolean created = false;
    try {
      ObjectWriter writer = store.createWriter(save.root().append(key), options);
      created = true;
      StateCompression compression =
          options.compression().isNone() ? StateCompression.NONE : StateCompression.ZSTD;
      return new StateWriter(this, writer, name, rank, key, compression);
    } finally {
      if (!created) {
        forget(name, rank);
      }
    }
  }

  private synchronized String begin(String name, int rank) throws StorageException {
    requireOpen();
    if (!names.add(rank + "/" + name)) {
      throw new IllegalArgumentException(
          "Invalid name: '%s' (rank %d has saved a state of that name)".formatted(name, rank));
    }
    long order = begun.size();
    String suffix = options.compression().isNone() ? "" : Compression.SUFFIX;
    String key = CheckpointPaths.key(save, attempt + "-" + order, rank, name, order) + suffix;
    begun.add(save.root().append(key));
    open++;
    return key;
  }

  /** A state will not be: another of that name may. */
  synchronized void forget(String name, int rank) {
    names.remove(rank + "/" + name);
    open--;
  }

  /**
   * Takes a state that is complete.
   *
   * @throws StorageException if this has ended meanwhile; the object is gone then
   */
  void add(SavedState state) throws IOException {
    synchronized (this) {
      if (!ended) {
        states.add(state);
        open--;
        return;
      }
    }
    store.delete(save.root().append(state.key()));
    requireOpen();
  }

  synchronized void requireOpen() throws StorageException {
    if (ended) {
      throw new StorageException(Failure.of("save", save.root(), "the save of it has ended"));
    }
  }

  /**
   * Ends with the states that are complete.
   *
   * @throws IllegalStateException if one is still being written
   */
  public synchronized List<SavedState> end() {
    if (open > 0) {
      throw new IllegalStateException(
          "Cannot finish %s: %d states are still being written".formatted(save, open));
    }
    ended = true;
    return List.copyOf(states);
  }

  /** Leaves what was written: it is published, or may be. */
  public synchronized void keep() {
    ended = true;
    begun.clear();
  }

  /**
   * Removes what was written, unless it is kept. What is still being written by then fails.
   * Idempotent after success.
   */
  @Override
  public void close() throws IOException {
    List<Location> written;
    synchronized (this) {
      ended = true;
      written = List.copyOf(begun);
    }
    store.deleteBatch(written);
    synchronized (this) {
      begun.removeAll(written);
    }
  }
}
