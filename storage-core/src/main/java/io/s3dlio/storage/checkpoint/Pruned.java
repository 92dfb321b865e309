package io.s3dlio.storage.checkpoint;

import java.util.List;

/**
 * What was removed.
 *
 * @param steps of which checkpoints, least first
 * @param objects how many objects, manifests among them
 * @param deadAttempts how many saves were among it that never became complete
 */
public record Pruned(List<Long> steps, long objects, long deadAttempts) {
  public Pruned {
    steps = List.copyOf(steps);
  }
}
