package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectChangedException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.checkpoint.SmallObjects.Versioned;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which step is the latest: one object, which is only ever replaced if it is still the version that
 * was looked at. So of those who move it at the same time none undoes what another did.
 */
final class LatestPointer {
  private static final Logger LOG = LoggerFactory.getLogger(LatestPointer.class);

  private static final int ATTEMPTS = 50;
  private static final int MAX_PAUSE_MILLIS = 20;

  private final ObjectStore store;
  private final CheckpointPaths paths;
  private final CheckpointIndex index;

  LatestPointer(ObjectStore store, CheckpointIndex index) {
    this.store = store;
    this.paths = index.paths();
    this.index = index;
  }

  /**
   * Returns what it says; empty if it is not there.
   *
   * @throws CorruptException if it says nothing that makes sense
   */
  Optional<OptionalLong> read() throws IOException {
    return find().map(Versioned::value);
  }

  private Optional<Versioned<OptionalLong>> find() throws IOException {
    try {
      return Optional.of(SmallObjects.read(store, paths.latest(), ManifestFormat::readLatest));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  /** Moves it to a complete checkpoint, unless it is there or further. */
  void advance(long step, WriterOptions options) throws IOException {
    move(OptionalLong.of(step), there -> there < step, any -> true, options);
  }

  /**
   * Moves it away from a checkpoint, unless it is elsewhere by now.
   *
   * @param to the step that is the latest without it; empty if there is none
   */
  void retreat(long from, OptionalLong to, WriterOptions options) throws IOException {
    move(to, there -> there == from, other -> other != from, options);
  }

  /**
   * @param moves whether it is moved away from a step
   * @param stays which complete checkpoints stay: the latest of them counts if it says nothing
   */
  private void move(
      OptionalLong to, LongPredicate moves, LongPredicate stays, WriterOptions options)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      OptionalLong target = to;
      @Nullable ObjectInfo replaced = null;
      try {
        Optional<Versioned<OptionalLong>> there = find();
        if (there.isPresent()) {
          OptionalLong step = there.get().value();
          if (step.isPresent() ? !moves.test(step.getAsLong()) : to.isEmpty()) {
            return;
          }
          replaced = there.get().object();
        }
      } catch (CorruptException e) {
        LOG.warn("It is written anew from the manifests that are there: {}", e.getMessage());
        replaced = store.stat(paths.latest());
        Optional<CheckpointManifest> newest = index.newest(stays);
        target = newest.isPresent() ? OptionalLong.of(newest.get().step()) : OptionalLong.empty();
      }
      try {
        SmallObjects.put(
            store, paths.latest(), ManifestFormat.writeLatest(target), replaced, options);
        return;
      } catch (AlreadyExistsException | ObjectChangedException e) {
        if (attempt == ATTEMPTS) {
          throw new StorageException(
              Failure.of("move", paths.latest(), "others kept replacing it")
                  .withAttempts(attempt)
                  .withRemedy("Finish again"),
              e);
        }
        pause();
      }
    }
  }

  private void pause() throws InterruptedIOException {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(MAX_PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Cannot move %s: interrupted".formatted(paths.latest()));
    }
  }
}
