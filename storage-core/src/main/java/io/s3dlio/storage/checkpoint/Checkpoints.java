package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;

/**
 * Removes checkpoints. A manifest goes before the states that it names, so that whatever fails or
 * dies in between, no checkpoint is there that is not whole. Every failure is told: the first is
 * thrown and holds the others; calling again goes on.
 */
public final class Checkpoints {
  private Checkpoints() {}

  /**
   * Removes all complete checkpoints but the newest ones, and what saves left behind that never
   * became complete: those of the latest step and older ones, of which nothing is newer than the
   * latest checkpoint. So no older step may be in the midst of being saved. Lists all objects of
   * all checkpoints.
   *
   * @param keepLast how many complete checkpoints stay, 1 or more; the latest always does
   */
  public static Pruned prune(ObjectStore store, String uri, int keepLast) throws IOException {
    return prune(store, Location.parse(uri), keepLast);
  }

  /** See {@link #prune(ObjectStore, String, int)}. */
  public static Pruned prune(ObjectStore store, Location prefix, int keepLast) throws IOException {
    if (keepLast < 1) {
      throw new IllegalArgumentException("Invalid keepLast: %d (must be > 0)".formatted(keepLast));
    }
    return new Removal(store, new CheckpointPaths(prefix)).prune(keepLast);
  }

  /**
   * Removes the checkpoint of a step, and all that attempts to save this step left behind: nobody
   * may be in the midst of saving it. If it is the latest, the newest of the others is from now on.
   * Lists all objects of all checkpoints.
   *
   * @throws NotFoundException if there is nothing of this step
   */
  public static Pruned delete(ObjectStore store, String uri, long step) throws IOException {
    return delete(store, Location.parse(uri), step);
  }

  /** See {@link #delete(ObjectStore, String, long)}. */
  public static Pruned delete(ObjectStore store, Location prefix, long step) throws IOException {
    CheckpointManifest.requireStep(step);
    return new Removal(store, new CheckpointPaths(prefix)).delete(step);
  }
}
