package io.s3dlio.storage.checkpoint;

import static java.util.Comparator.naturalOrder;
import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Saves one checkpoint, or one rank's part of it.
 *
 * <pre>{@code
 * try (CheckpointWriter writer = CheckpointWriter.open(store, "s3://bucket/checkpoints/")) {
 *   writer.saveState("model", model);
 *   writer.saveState("optimizer", optimizer);
 *   writer.finish();
 * }
 * }</pre>
 *
 * <p>Nobody sees any of it before {@link #finish}; then it is there whole. Where several ranks save
 * it, that is when the last of them finishes. Whenever a writer dies, the checkpoints that were
 * complete stay so, and what it left is never taken for part of another save.
 *
 * <p>States may be saved by several threads at the same time; a state takes no more memory than the
 * parts of its object that are under way.
 */
public final class CheckpointWriter implements Closeable {
  private static final int COPY_BYTES = 4 << 20;

  private final CheckpointSave save;
  private final int rank;
  private final CheckpointAttempt attempt;
  private final CheckpointPublisher publisher;
  private final RankManifests ranks;
  private final Clock clock;
  private @Nullable Instant finishedAt;
  private @Nullable CheckpointManifest published;
  private boolean closed;

  private CheckpointWriter(
      ObjectStore store, CheckpointSave save, CheckpointOptions options, Clock clock) {
    WriterOptions writerOptions = options.writerOptions();
    this.save = save;
    this.rank = options.rank();
    this.attempt = new CheckpointAttempt(store, save, writerOptions);
    WriterOptions plain =
        WriterOptions.DEFAULT
            .withPageCacheMode(writerOptions.pageCacheMode())
            .withWriterId(writerOptions.writerId());
    this.publisher = new CheckpointPublisher(store, save, options.replaceExisting(), plain);
    this.ranks = new RankManifests(store, save, plain);
    this.clock = clock;
  }

  /** Begins the checkpoint after the latest. */
  public static CheckpointWriter open(ObjectStore store, String uri) throws IOException {
    return open(store, uri, CheckpointOptions.DEFAULT);
  }

  /** Begins a checkpoint. */
  public static CheckpointWriter open(ObjectStore store, String uri, CheckpointOptions options)
      throws IOException {
    return open(store, Location.parse(uri), options);
  }

  /**
   * Begins a checkpoint.
   *
   * @param store stays the caller's, and must be open as long as this
   * @param prefix below which all checkpoints of a training are
   * @throws AlreadyExistsException if the step has a complete one that is not to be replaced
   * @throws IllegalArgumentException if several ranks do not say which step and save it is
   */
  public static CheckpointWriter open(ObjectStore store, Location prefix, CheckpointOptions options)
      throws IOException {
    requireNonNull(store, "store is null");
    if (options.worldSize() > 1 && (options.step().isEmpty() || options.id().isEmpty())) {
      throw new IllegalArgumentException(
          "Invalid %s: unset (all %d ranks of one save must give the same)"
              .formatted(options.step().isEmpty() ? "step" : "id", options.worldSize()));
    }
    CheckpointPaths paths = new CheckpointPaths(prefix);
    CheckpointSave save =
        new CheckpointSave(
            paths.root(),
            options.step().isPresent() ? options.step().getAsLong() : nextStep(store, paths),
            options.id().orElseGet(() -> UUID.randomUUID().toString()),
            options.worldSize(),
            options.layout(),
            options.metadata());
    CheckpointWriter writer = new CheckpointWriter(store, save, options, Clock.systemUTC());
    if (options.step().isPresent()) {
      writer.publisher.requireFree();
    }
    return writer;
  }

  /**
   * Returns the step after the latest, 0 if there is none. Lists nothing unless {@code latest.json}
   * is damaged.
   */
  public static long nextStep(ObjectStore store, Location prefix) throws IOException {
    return nextStep(store, new CheckpointPaths(prefix));
  }

  private static long nextStep(ObjectStore store, CheckpointPaths paths) throws IOException {
    CheckpointIndex index = new CheckpointIndex(store, paths);
    LatestPointer latest = new LatestPointer(store, index);
    OptionalLong step = latest.read().orElse(OptionalLong.empty());
    long next = step.isPresent() ? Math.addExact(step.getAsLong(), 1) : 0;
    // One that died before it moved the latest has saved a complete checkpoint nevertheless.
    while (index.find(next).isPresent()) {
      latest.advance(next, WriterOptions.DEFAULT);
      next++;
    }
    return next;
  }

  /** Returns the step that is saved. */
  public long step() {
    return save.step();
  }

  /** Returns what names this save. */
  public String id() {
    return save.id();
  }

  /** Saves the buffer's remaining bytes and leaves the buffer consumed. */
  public SavedState saveState(String name, ByteBuffer content) throws IOException {
    try (StateWriter writer = createState(name)) {
      writer.write(content);
      return writer.complete();
    }
  }

  /** Saves what is left in a channel, and leaves it open. */
  public SavedState saveState(String name, ReadableByteChannel source) throws IOException {
    try (StateWriter writer = createState(name);
        BufferLease memory = BufferPool.shared().acquire(COPY_BYTES)) {
      ByteBuffer buffer = memory.buffer();
      while (source.read(buffer.clear()) >= 0) {
        writer.write(buffer.flip());
      }
      return writer.complete();
    }
  }

  /** Saves what is left in a stream, and leaves it open. */
  public SavedState saveState(String name, InputStream source) throws IOException {
    return saveState(name, Channels.newChannel(source));
  }

  /** Saves an object, as a codec writes it. */
  public <T> SavedState saveState(String name, T state, StateCodec<T> codec) throws IOException {
    try (StateWriter writer = createState(name)) {
      codec.write(state, writer);
      return writer.complete();
    }
  }

  /**
   * Begins a state whose bytes come in pieces. The caller completes it, and closes it in any case.
   *
   * @throws IllegalArgumentException if the name is not safe, or this rank has saved a state of
   *     that name
   */
  public StateWriter createState(String name) throws IOException {
    return attempt.create(name, rank);
  }

  /**
   * Ends this rank's part with the states that are saved. If those of all ranks are there the
   * checkpoint is complete from now on. May be called again: after a failure, to go on; after
   * success, to the same effect. So may another writer of the same rank and save that has saved the
   * same bytes, if this one died.
   *
   * @return the manifest; empty if other ranks have not finished
   * @throws AlreadyExistsException if the step has a complete checkpoint of another save by now
   *     that is not to be replaced, or this rank has finished with other states
   * @throws IllegalStateException if a state is still being written, or the writer was closed
   */
  public synchronized Optional<CheckpointManifest> finish() throws IOException {
    if (published != null) {
      return Optional.of(published);
    }
    if (closed) {
      throw new IllegalStateException("Cannot finish %s: it was closed".formatted(save));
    }
    List<SavedState> states = attempt.end();
    if (finishedAt == null) {
      finishedAt = clock.instant();
    }
    Optional<CheckpointManifest> manifest =
        save.worldSize() == 1
            ? Optional.of(publisher.publish(states, finishedAt))
            : finishRank(states, finishedAt);
    if (manifest.isPresent()) {
      published = manifest.get();
      if (!published.states().containsAll(states)) {
        // Another writer of this save was first.
        attempt.close();
      }
    }
    return manifest;
  }

  private Optional<CheckpointManifest> finishRank(List<SavedState> states, Instant now)
      throws IOException {
    if (!ranks.write(rank, states, now)) {
      attempt.close();
    }
    Optional<List<CheckpointManifest>> all = ranks.all();
    if (all.isEmpty()) {
      return Optional.empty();
    }
    // All who see this publish the same.
    Instant last = all.get().stream().map(CheckpointManifest::createdAt).max(naturalOrder()).get();
    List<SavedState> together = all.get().stream().flatMap(part -> part.states().stream()).toList();
    return Optional.of(publisher.publish(together, last));
  }

  /**
   * Ends the save. Unless {@link #finish} got as far as to say that this rank has finished, what
   * was written is removed; if it got there and failed, the states stay, since the store may have
   * done what it did not tell. Idempotent after success.
   */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    if (published == null && !publisher.mayBePublished() && !ranks.mayBeThere()) {
      attempt.close();
    }
  }
}
