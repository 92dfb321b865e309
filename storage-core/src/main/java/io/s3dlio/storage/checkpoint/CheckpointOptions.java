package io.s3dlio.storage.checkpoint;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.WriterOptions;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a checkpoint is saved.
 *
 * @param step which step of the training it is of, 0 or more; unset is the one after the latest,
 *     where one rank saves it
 * @param rank which rank this is, from 0
 * @param worldSize how many ranks save it together. More than one give the same step and id
 * @param id names this save, the same on all of its ranks and no other's: letters, digits and
 *     hyphens, at most 64. Unset is a new one, where one rank saves it
 * @param layout how the keys of states are spread over prefixes
 * @param metadata goes into the manifest; the same on all ranks. Never a credential
 * @param replaceExisting whether a complete checkpoint of the same step is replaced, at once and
 *     when this one is complete; otherwise the save is refused
 * @param writerOptions how the objects of states are written; whether they replace others, and
 *     under which condition, is not theirs to say
 */
public record CheckpointOptions(
    OptionalLong step,
    int rank,
    int worldSize,
    Optional<String> id,
    CheckpointLayout layout,
    Map<String, String> metadata,
    boolean replaceExisting,
    WriterOptions writerOptions) {
  /** One rank, the step after the latest, all in one folder. */
  public static final CheckpointOptions DEFAULT =
      new CheckpointOptions(
          OptionalLong.empty(),
          0,
          1,
          Optional.empty(),
          CheckpointLayout.FLAT,
          Map.of(),
          false,
          WriterOptions.DEFAULT);

  public CheckpointOptions {
    requireNonNull(layout, "layout is null");
    requireNonNull(writerOptions, "writerOptions is null");
    step.ifPresent(CheckpointManifest::requireStep);
    id.ifPresent(CheckpointManifest::requireId);
    CheckpointManifest.requireWorldSize(worldSize);
    metadata = Map.copyOf(metadata);
    if (rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "Invalid rank: %d (there are %d ranks)".formatted(rank, worldSize));
    }
  }

  public CheckpointOptions withStep(long value) {
    return new CheckpointOptions(
        OptionalLong.of(value),
        rank,
        worldSize,
        id,
        layout,
        metadata,
        replaceExisting,
        writerOptions);
  }

  /**
   * Makes it one of several ranks.
   *
   * @param sharedId the same on all ranks of this save, and no other's
   */
  public CheckpointOptions withRank(int value, int ranks, String sharedId) {
    return new CheckpointOptions(
        step,
        value,
        ranks,
        Optional.of(sharedId),
        layout,
        metadata,
        replaceExisting,
        writerOptions);
  }

  public CheckpointOptions withId(String value) {
    return new CheckpointOptions(
        step,
        rank,
        worldSize,
        Optional.of(value),
        layout,
        metadata,
        replaceExisting,
        writerOptions);
  }

  public CheckpointOptions withLayout(CheckpointLayout value) {
    return new CheckpointOptions(
        step, rank, worldSize, id, value, metadata, replaceExisting, writerOptions);
  }

  public CheckpointOptions withMetadata(Map<String, String> value) {
    return new CheckpointOptions(
        step, rank, worldSize, id, layout, value, replaceExisting, writerOptions);
  }

  public CheckpointOptions withReplaceExisting(boolean replace) {
    return new CheckpointOptions(
        step, rank, worldSize, id, layout, metadata, replace, writerOptions);
  }

  public CheckpointOptions withWriterOptions(WriterOptions value) {
    return new CheckpointOptions(
        step, rank, worldSize, id, layout, metadata, replaceExisting, value);
  }
}
