package io.s3dlio.storage.checkpoint;

import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.checkpoint.CheckpointPaths.Folder;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One removal of checkpoints. For one use. */
final class Removal {
  private final ObjectStore store;
  private final CheckpointPaths paths;
  private final CheckpointIndex index;
  private final LatestPointer pointer;
  private final List<Long> removed = new ArrayList<>();
  private long objects;
  private @Nullable IOException first;

  Removal(ObjectStore store, CheckpointPaths paths) {
    this.store = store;
    this.paths = paths;
    this.index = new CheckpointIndex(store, paths);
    this.pointer = new LatestPointer(store, index);
  }

  /** A step that may fail without ending the others. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  /**
   * The objects of one save.
   *
   * @param newest when the last of them was written
   */
  private record Remains(List<Location> objects, Instant newest) {
    Remains and(ObjectInfo object) {
      objects.add(object.location());
      boolean newer = object.lastModified().isAfter(newest);
      return new Remains(objects, newer ? object.lastModified() : newest);
    }
  }

  Pruned prune(int keepLast) throws IOException {
    NavigableMap<Long, ObjectInfo> listed = index.listed();
    Optional<ObjectInfo> latest = latest(listed);
    if (latest.isEmpty()) {
      return new Pruned(List.of(), 0, 0);
    }
    long latestStep = paths.stepOf(latest.get().location()).orElseThrow();
    Set<Long> kept = listed.descendingKeySet().stream().limit(keepLast).collect(Collectors.toSet());
    kept.add(latestStep);
    Map<Long, String> ids = new HashMap<>();
    Set<Long> unknown = new HashSet<>();
    for (long step : kept) {
      readId(step, ids, unknown);
    }
    Set<Folder> gone = new HashSet<>();
    for (long step : listed.keySet()) {
      if (!kept.contains(step)) {
        readId(step, ids, unknown);
        attempt(
            () -> {
              removeManifest(step);
              gone.add(new Folder(step, ids.getOrDefault(step, "")));
            });
      }
    }
    Instant age = latest.get().lastModified();
    // What cannot be told from a checkpoint that stays, stays.
    Predicate<Folder> isDead =
        folder ->
            folder.step() <= latestStep
                && !folder.id().equals(ids.get(folder.step()))
                && !(unknown.contains(folder.step()) && kept.contains(folder.step()));
    Map<Folder, Remains> remains = remains(folder -> gone.contains(folder) || isDead.test(folder));
    remains
        .entrySet()
        .removeIf(each -> !gone.contains(each.getKey()) && each.getValue().newest().isAfter(age));
    for (Folder folder : List.copyOf(remains.keySet())) {
      // Some have become complete since they were listed.
      if (!gone.contains(folder) && isPublished(folder)) {
        remains.remove(folder);
      }
    }
    long dead = remains.keySet().stream().filter(folder -> !gone.contains(folder)).count();
    remove(remains);
    attempt(() -> abortUnfinished(folder -> folder.step() < latestStep && isDead.test(folder)));
    throwFirst();
    return new Pruned(removed, objects, dead);
  }

  /** Returns the manifest of the latest checkpoint, or of the newest where that is not there. */
  private Optional<ObjectInfo> latest(NavigableMap<Long, ObjectInfo> listed) throws IOException {
    Optional<OptionalLong> step;
    try {
      step = pointer.read();
    } catch (CorruptException e) {
      step = Optional.empty();
    }
    if (step.isPresent() && step.get().isPresent() && listed.containsKey(step.get().getAsLong())) {
      return Optional.ofNullable(listed.get(step.get().getAsLong()));
    }
    return Optional.ofNullable(listed.lastEntry()).map(Map.Entry::getValue);
  }

  private boolean isPublished(Folder folder) throws IOException {
    try {
      return index
          .find(folder.step())
          .filter(found -> found.value().id().equals(folder.id()))
          .isPresent();
    } catch (CorruptException e) {
      return true;
    }
  }

  private void readId(long step, Map<Long, String> ids, Set<Long> unknown) throws IOException {
    try {
      index.find(step).ifPresent(found -> ids.put(step, found.value().id()));
    } catch (CorruptException e) {
      unknown.add(step);
    }
  }

  Pruned delete(long step) throws IOException {
    NavigableMap<Long, ObjectInfo> listed = index.listed();
    Map<Folder, Remains> remains = remains(folder -> folder.step() == step);
    if (!listed.containsKey(step) && remains.isEmpty()) {
      throw new NotFoundException(
          Failure.of(
              "delete", paths.manifest(step), "there is nothing of step %d".formatted(step)));
    }
    Optional<CheckpointManifest> newest = index.newest(other -> other != step);
    // First of all, so that it never names what is not there.
    pointer.retreat(
        step,
        newest.isPresent() ? OptionalLong.of(newest.get().step()) : OptionalLong.empty(),
        WriterOptions.DEFAULT);
    if (listed.containsKey(step)) {
      removeManifest(step);
    }
    long dead = (long) remains.size() - (removed.isEmpty() ? 0 : 1);
    remove(remains);
    attempt(() -> abortUnfinished(folder -> folder.step() == step));
    throwFirst();
    return new Pruned(removed, objects, Math.max(0, dead));
  }

  private void removeManifest(long step) throws IOException {
    store.delete(paths.manifest(step));
    removed.add(step);
    objects++;
  }

  /** Lists what is there of some saves. */
  private Map<Folder, Remains> remains(Predicate<Folder> wanted) throws IOException {
    Map<Folder, Remains> found = new HashMap<>();
    // What ranks say before the states that they tell of.
    for (Location prefix : List.of(paths.ranks(), paths.data())) {
      try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
        while (listing.hasNext()) {
          ObjectInfo object = listing.next();
          Optional<Folder> folder = paths.folderOf(object.location()).filter(wanted);
          if (folder.isPresent()) {
            found.compute(
                folder.get(),
                (key, others) ->
                    (others == null ? new Remains(new ArrayList<>(), Instant.MIN) : others)
                        .and(object));
          }
        }
      }
    }
    return found;
  }

  private void remove(Map<Folder, Remains> remains) {
    for (Remains each : remains.values()) {
      attempt(
          () -> {
            store.deleteBatch(each.objects());
            objects += each.objects().size();
          });
    }
  }

  private void abortUnfinished(Predicate<Folder> wanted) throws IOException {
    if (store instanceof UnfinishedWrites unfinished) {
      unfinished.abortUnfinished(
          paths.data(),
          "none",
          Instant.EPOCH,
          locations ->
              locations.stream()
                  .filter(location -> paths.folderOf(location).filter(wanted).isPresent())
                  .collect(Collectors.toSet()));
    }
  }

  private void attempt(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      if (first == null) {
        first = e;
      } else {
        first.addSuppressed(e);
      }
    }
  }

  private void throwFirst() throws IOException {
    if (first != null) {
      throw first;
    }
  }
}
