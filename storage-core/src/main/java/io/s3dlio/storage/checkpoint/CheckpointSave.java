package io.s3dlio.storage.checkpoint;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.Location;
import java.io.Serializable;
import java.util.Map;

/**
 * What all who save one checkpoint agree on. Travels to executors.
 *
 * @param root the prefix of the checkpoints
 * @param step which step it is of; 0 or more
 * @param id names this save; letters, digits and hyphens, at most 64
 * @param worldSize how many ranks there are
 * @param layout how the keys of states are spread
 * @param metadata what the program adds
 */
public record CheckpointSave(
    Location root,
    long step,
    String id,
    int worldSize,
    CheckpointLayout layout,
    Map<String, String> metadata)
    implements Serializable {
  public CheckpointSave {
    root = root.asPrefix();
    CheckpointManifest.requireStep(step);
    CheckpointManifest.requireId(id);
    CheckpointManifest.requireWorldSize(worldSize);
    requireNonNull(layout, "layout is null");
    metadata = Map.copyOf(metadata);
  }

  /** Returns the same save of so many ranks. */
  public CheckpointSave withWorldSize(int ranks) {
    return new CheckpointSave(root, step, id, ranks, layout, metadata);
  }

  CheckpointPaths paths() {
    return new CheckpointPaths(root);
  }

  @Override
  public String toString() {
    return "checkpoint %d (%s) below %s".formatted(step, id, root);
  }
}
