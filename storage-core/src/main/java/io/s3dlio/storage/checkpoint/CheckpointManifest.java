package io.s3dlio.storage.checkpoint;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a checkpoint consists of.
 *
 * @param formatVersion the version of this format, {@link #FORMAT_VERSION}
 * @param step which step of the training it is of; 0 or more
 * @param id names this save among all of its step; letters, digits and hyphens, at most 64
 * @param worldSize how many ranks saved it
 * @param createdAt when the last of its ranks finished, by that rank's clock
 * @param layout how the keys of its states are spread
 * @param states the states of all ranks, by rank and name
 * @param metadata what the program adds; never a credential
 */
public record CheckpointManifest(
    int formatVersion,
    long step,
    String id,
    int worldSize,
    Instant createdAt,
    CheckpointLayout layout,
    List<SavedState> states,
    Map<String, String> metadata) {
  public static final int FORMAT_VERSION = 1;

  /** How many ranks there can be. */
  public static final int MAX_WORLD_SIZE = 1 << 20;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  public CheckpointManifest {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "Invalid formatVersion: %d (this release knows %d)"
              .formatted(formatVersion, FORMAT_VERSION));
    }
    requireStep(step);
    requireId(id);
    requireWorldSize(worldSize);
    requireNonNull(createdAt, "createdAt is null");
    requireNonNull(layout, "layout is null");
    metadata = Map.copyOf(metadata);
    states =
        states.stream()
            .sorted(Comparator.comparingInt(SavedState::rank).thenComparing(SavedState::name))
            .toList();
    Set<String> seen = new HashSet<>();
    for (SavedState state : states) {
      if (state.rank() >= worldSize) {
        throw new IllegalArgumentException(
            "Invalid rank: %d (there are %d ranks)".formatted(state.rank(), worldSize));
      }
      // A key that leads elsewhere would be read, and removed, as the checkpoint's own.
      CheckpointPaths.requireKey(state, step, id);
      if (!seen.add(state.rank() + "/" + state.name())) {
        throw new IllegalArgumentException(
            "Invalid state: '%s' of rank %d (it is there twice)"
                .formatted(state.name(), state.rank()));
      }
    }
  }

  static long requireStep(long step) {
    SavedState.requireNotNegative("step", step);
    return step;
  }

  static String requireId(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "Invalid id: '%s' (letters, digits and hyphens, at most 64)".formatted(id));
    }
    return id;
  }

  static int requireWorldSize(int worldSize) {
    if (worldSize < 1 || worldSize > MAX_WORLD_SIZE) {
      throw new IllegalArgumentException(
          "Invalid worldSize: %d (1 to %d)".formatted(worldSize, MAX_WORLD_SIZE));
    }
    return worldSize;
  }

  /** Returns how many bytes all states have. */
  public long bytes() {
    return states.stream().mapToLong(SavedState::size).sum();
  }

  /** Returns whether this is the same save, with the same states, wherever they are. */
  boolean isSameAs(CheckpointManifest other) {
    boolean same = step == other.step && id.equals(other.id) && worldSize == other.worldSize;
    return same && areSame(states, other.states);
  }

  static boolean areSame(List<SavedState> some, List<SavedState> others) {
    boolean same = some.size() == others.size();
    for (int i = 0; same && i < some.size(); i++) {
      same = some.get(i).isSameAs(others.get(i));
    }
    return same;
  }
}
