package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A complete checkpoint, whose states can be loaded. Thread-safe. */
public final class Checkpoint {
  private final ObjectStore store;
  private final CheckpointPaths paths;
  private final CheckpointManifest manifest;
  private final Optional<String> recovery;

  Checkpoint(
      ObjectStore store,
      CheckpointPaths paths,
      CheckpointManifest manifest,
      Optional<String> recovery) {
    this.store = store;
    this.paths = paths;
    this.manifest = manifest;
    this.recovery = recovery;
  }

  /** Returns which step of the training it is of. */
  public long step() {
    return manifest.step();
  }

  /** Returns what it consists of. */
  public CheckpointManifest manifest() {
    return manifest;
  }

  /**
   * Returns why this was looked for among all checkpoints, instead of being what {@code
   * latest.json} names; empty if all was well.
   */
  public Optional<String> recovery() {
    return recovery;
  }

  /** Returns where the bytes of a state are. */
  public Location location(SavedState state) {
    return paths.state(state);
  }

  /**
   * Returns a state that one rank alone has saved under this name.
   *
   * @throws NotFoundException if there is none
   * @throws IllegalArgumentException if several ranks have
   */
  public StateReader state(String name) throws NotFoundException {
    List<SavedState> found =
        manifest.states().stream().filter(state -> state.name().equals(name)).toList();
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          "Invalid name: '%s' (%d ranks have saved such a state; say which)"
              .formatted(name, found.size()));
    }
    return reader(found, "'%s'".formatted(name));
  }

  /**
   * Returns a rank's state.
   *
   * @throws NotFoundException if there is none
   */
  public StateReader state(String name, int rank) throws NotFoundException {
    return reader(
        manifest.states().stream()
            .filter(state -> state.name().equals(name) && state.rank() == rank)
            .toList(),
        "'%s' of rank %d".formatted(name, rank));
  }

  private StateReader reader(List<SavedState> found, String wanted) throws NotFoundException {
    if (found.isEmpty()) {
      throw new NotFoundException(
          Failure.of(
                  "load",
                  paths.manifest(step()),
                  "the checkpoint has no state %s".formatted(wanted))
              .withRemedy("It has " + names()));
    }
    return new StateReader(store, paths.state(found.get(0)), found.get(0));
  }

  private String names() {
    List<SavedState> states = manifest.states();
    return states.stream()
            .limit(10)
            .map(CheckpointFailures::describe)
            .collect(Collectors.joining(", "))
        + (states.size() > 10 ? " and %d more".formatted(states.size() - 10) : "");
  }

  /** Loads a state of one rank: {@link StateReader#load()}. */
  public ByteBuffer loadState(String name) throws IOException {
    return state(name).load();
  }

  /** Loads a rank's state: {@link StateReader#load()}. */
  public ByteBuffer loadState(String name, int rank) throws IOException {
    return state(name, rank).load();
  }

  /** Writes a state to a channel: {@link StateReader#load(WritableByteChannel)}. */
  public void loadState(String name, WritableByteChannel target) throws IOException {
    state(name).load(target);
  }

  /** Loads a state as an object: {@link StateReader#load(StateCodec)}. */
  public <T> T loadState(String name, StateCodec<T> codec) throws IOException {
    return state(name).load(codec);
  }

  /** Opens a state to be read in order: {@link StateReader#open}. */
  public ReadableByteChannel openState(String name) throws IOException {
    return state(name).open();
  }

  /** Reads a range of a state: {@link StateReader#read}. */
  public void read(String name, long offset, ByteBuffer target) throws IOException {
    state(name).read(offset, target);
  }

  @Override
  public String toString() {
    return "checkpoint %d (%s) below %s".formatted(step(), manifest.id(), paths.root());
  }
}
