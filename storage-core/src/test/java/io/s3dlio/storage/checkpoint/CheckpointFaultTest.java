package io.s3dlio.storage.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.ThrottledException;
import io.s3dlio.storage.file.FileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left when the store, or who saves, fails at any operation. */
class CheckpointFaultTest {
  private static final long OLD = 1;
  private static final long NEW = 2;

  private final ObjectStore store = new FileStore(StoreConfig.DEFAULT);
  private final Path directory;

  CheckpointFaultTest(@TempDir(factory = MemoryDirectory.class) Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @CsvSource({
    "1, false, false", "1, false, true", "1, true, false", "1, true, true",
    "2, false, false", "2, false, true", "2, true, false", "2, true, true"
  })
  void wheneverASaveDiesOneThatWasCompleteIsLoadable(
      int ranks, boolean afterEffect, boolean forGood) throws IOException {
    int operations = 0;
    boolean reached = true;
    for (; reached; operations++) {
      Location root = fresh();
      save(store, root, OLD, "old", ranks);
      Fault fault = new Fault(operations, afterEffect, forGood);
      String outcome = "nothing";
      try {
        save(new ScriptedStore(store, fault), root, NEW, "new", ranks);
      } catch (StorageException e) {
        outcome = e.getMessage();
      }
      reached = fault.reached();

      String when = "%d: %s, %s".formatted(operations, fault.where(), outcome);
      Checkpoint latest = CheckpointReader.open(store, root).latest().orElseThrow();
      assertThat(latest.recovery()).as(when).isEmpty();
      assertWhole(latest, ranks, when);
      for (Checkpoint each : CheckpointReader.open(store, root).list()) {
        assertWhole(each, ranks, when);
      }
      if (!fault.happened()) {
        assertThat(latest.step()).isEqualTo(NEW);
      }
      goesOn(root, ranks, when);
    }
    assertThat(operations).isGreaterThan(8);
  }

  /** Saves what died again, or the step after it, and removes what was left. */
  private void goesOn(Location root, int ranks, String when) throws IOException {
    boolean complete = CheckpointReader.open(store, root).steps().contains(NEW);
    save(store, root, complete ? NEW + 1 : NEW, "again", ranks);
    Checkpoint latest = CheckpointReader.open(store, root).latest().orElseThrow();
    assertThat(latest.step()).as(when).isEqualTo(complete ? NEW + 1 : NEW);
    assertWhole(latest, ranks, when);
    Checkpoints.prune(store, root, 1);
    assertThat(objects(root)).as(when).hasSize(2 + 2 * ranks + (ranks == 1 ? 0 : ranks));
    assertWhole(CheckpointReader.open(store, root).latest().orElseThrow(), ranks, when);
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void wheneverARemovalDiesWhatIsLeftIsWhole(boolean afterEffect, boolean forGood)
      throws IOException {
    boolean reached = true;
    for (int operation = 0; reached; operation++) {
      Location root = fresh();
      for (long step = 1; step <= 3; step++) {
        save(store, root, step, "save-" + step, 1);
      }
      Fault fault = new Fault(operation, afterEffect, forGood);
      ObjectStore faulty = new ScriptedStore(store, fault);
      try {
        Checkpoints.delete(faulty, root, 3);
        Checkpoints.prune(faulty, root, 1);
      } catch (StorageException e) {
        assertThat(e.getMessage()).contains("the fault");
      }
      reached = fault.reached();

      String when = operation + ": " + fault.where();
      for (Checkpoint each : CheckpointReader.open(store, root).list()) {
        assertWhole(each, 1, when);
      }
      Checkpoint latest = CheckpointReader.open(store, root).latest().orElseThrow();
      assertWhole(latest, 1, when);
      Checkpoints.prune(store, root, 1);
      Checkpoint kept = CheckpointReader.open(store, root).latest().orElseThrow();
      assertThat(kept.step()).as(when).isEqualTo(latest.step());
      assertWhole(kept, 1, when);
      if (latest.step() == 2 || latest.step() == 3) {
        save(store, root, 4, "later", 1);
        Checkpoints.prune(store, root, 1);
        assertThat(objects(root)).as(when).hasSize(4);
      }
    }
  }

  @Test
  void everyFailureOfARemovalIsTold() throws IOException {
    Location root = fresh();
    for (long step = 1; step <= 5; step++) {
      save(store, root, step, "save-" + step, 1);
    }
    ObjectStore faulty =
        new ScriptedStore(
            store,
            (name, location, done) -> {
              boolean refused =
                  location.name().equals("0000000000000000001.json")
                      || location.name().equals("0000000000000000003.json");
              if (name.equals("delete") && refused) {
                throw new StorageException(Failure.of(name, location, "the fault"));
              }
            });

    assertThatThrownBy(() -> Checkpoints.prune(faulty, root, 1))
        .hasMessageContaining("0000000000000000001.json: the fault")
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .singleElement()
                    .asString()
                    .contains("0000000000000000003.json: the fault"));

    List<Checkpoint> left = CheckpointReader.open(store, root).list();
    assertThat(left).extracting(Checkpoint::step).containsExactly(1L, 3L, 5L);
    for (Checkpoint each : left) {
      assertWhole(each, 1, "after failures");
    }
    assertThat(Checkpoints.prune(store, root, 1).steps()).containsExactly(1L, 3L);
    assertThat(objects(root)).hasSize(4);
  }

  @Test
  void aFinishThatFailedMayBeTriedAgain() throws IOException {
    for (int operation = 0; operation < 30; operation++) {
      for (boolean afterEffect : List.of(false, true)) {
        Location root = fresh();
        List<String> failures = new ArrayList<>();
        int failing = operation;
        Fault[] fault = new Fault[1];
        ObjectStore faulty =
            new ScriptedStore(
                store,
                (name, location, done) -> {
                  if (fault[0] != null) {
                    fault[0].at(name, location, done);
                  }
                });
        try (CheckpointWriter writer =
            CheckpointWriter.open(faulty, root, CheckpointOptions.DEFAULT.withStep(NEW))) {
          writer.saveState("model", ByteBuffer.wrap("model 0".getBytes(UTF_8)));
          writer.saveState("optimizer", ByteBuffer.wrap("optimizer 0".getBytes(UTF_8)));
          fault[0] = new Fault(failing, afterEffect, false);
          try {
            writer.finish();
          } catch (StorageException e) {
            failures.add(e.getMessage());
            assertThat(writer.finish()).as(e.getMessage()).isPresent();
          }
        }
        assertThat(failures.isEmpty()).isEqualTo(!fault[0].happened());
        assertWhole(CheckpointReader.open(store, root).latest().orElseThrow(), 1, "" + failures);
      }
    }
  }

  @Test
  void oneRankSavesAndLoadsWithoutAListing() throws IOException {
    Location root = fresh();
    List<String> operations = new ArrayList<>();
    ObjectStore seen =
        new ScriptedStore(
            store,
            (name, location, done) -> {
              if (done) {
                operations.add(name + " " + location.name());
              }
            });
    for (int i = 0; i < 3; i++) {
      try (CheckpointWriter writer = CheckpointWriter.open(seen, root.toString())) {
        writer.saveState("model", ByteBuffer.wrap("model 0".getBytes(UTF_8)));
        writer.finish();
      }
    }
    assertThat(operations).noneMatch(each -> each.startsWith("list"));

    operations.clear();
    assertThat(CheckpointReader.open(seen, root).latest()).isPresent();
    assertThat(operations)
        .containsExactly(
            "stat latest.json",
            "read latest.json",
            "stat 0000000000000000002.json",
            "read 0000000000000000002.json");
  }

  @Test
  void aStoreThatCannotTellIsNeverTakenForOneWithoutCheckpoints() throws IOException {
    Location root = fresh();
    for (String failing : List.of("stat", "list")) {
      ObjectStore busy =
          new ScriptedStore(
              store,
              (name, location, done) -> {
                if (name.equals(failing)) {
                  throw new ThrottledException(Failure.of(name, location, "SlowDown"));
                }
              });
      CheckpointReader reader = CheckpointReader.open(busy, root);
      assertThatThrownBy(reader::latest).isInstanceOf(ThrottledException.class);
      assertThatThrownBy(() -> reader.loadState("model")).isInstanceOf(ThrottledException.class);
    }
    ObjectStore busy =
        new ScriptedStore(
            store,
            (name, location, done) -> {
              if (name.equals("list")) {
                throw new ThrottledException(Failure.of(name, location, "SlowDown"));
              }
            });
    CheckpointOptions options = CheckpointOptions.DEFAULT.withStep(NEW).withRank(0, 2, "shared");
    try (CheckpointWriter writer = CheckpointWriter.open(busy, root, options)) {
      writer.saveState("model", ByteBuffer.wrap("model 0".getBytes(UTF_8)));
      assertThatThrownBy(writer::finish).isInstanceOf(ThrottledException.class);
    }
    assertThat(objects(root)).as("the rank has finished all the same").hasSize(2);
  }

  @Test
  void severalRanksMustAgreeWhatTheySave() throws IOException {
    Location root = fresh();
    assertThatThrownBy(
            () ->
                CheckpointWriter.open(
                    store, root, CheckpointOptions.DEFAULT.withRank(0, 2, "shared")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid step: unset (all 2 ranks of one save must give the same)");
    assertThatThrownBy(() -> CheckpointOptions.DEFAULT.withRank(2, 2, "shared"))
        .hasMessage("Invalid rank: 2 (there are 2 ranks)");
    assertThatThrownBy(() -> CheckpointOptions.DEFAULT.withId("a/b"))
        .hasMessageContaining("Invalid id: 'a/b'");
    assertThatThrownBy(() -> CheckpointOptions.DEFAULT.withStep(-1))
        .hasMessageContaining("Invalid step: -1");
  }

  @Test
  void namesThatLeadAwayAreRefused() throws IOException {
    try (CheckpointWriter writer = CheckpointWriter.open(store, fresh().toString())) {
      for (String name :
          List.of("", "/x", "../x", "a/../x", "a//b", "a\\b", "a\nb", ".", "x".repeat(300))) {
        assertThatThrownBy(() -> writer.saveState(name, ByteBuffer.allocate(1)))
            .as(name)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("Invalid name");
      }
      for (String name : List.of("a", "a/b", "a=b", "100%", "ü/ 😀", "_fsdp/.x", "x".repeat(250))) {
        writer.saveState(name, ByteBuffer.allocate(1));
      }
      assertThat(writer.finish().orElseThrow().states()).hasSize(7);
    }
  }

  private static void save(ObjectStore store, Location root, long step, String id, int ranks)
      throws IOException {
    for (int rank = 0; rank < ranks; rank++) {
      CheckpointOptions options = CheckpointOptions.DEFAULT.withStep(step);
      options = ranks == 1 ? options.withId(id) : options.withRank(rank, ranks, id);
      try (CheckpointWriter writer = CheckpointWriter.open(store, root, options)) {
        writer.saveState("model", ByteBuffer.wrap(("model " + rank).getBytes(UTF_8)));
        writer.saveState("optimizer", ByteBuffer.wrap(("optimizer " + rank).getBytes(UTF_8)));
        Optional<CheckpointManifest> finished = writer.finish();
        assertThat(finished.isPresent()).isEqualTo(rank == ranks - 1);
      }
    }
  }

  private static void assertWhole(Checkpoint checkpoint, int ranks, String when)
      throws IOException {
    for (int rank = 0; rank < ranks; rank++) {
      for (String name : List.of("model", "optimizer")) {
        assertThat(UTF_8.decode(checkpoint.loadState(name, rank)).toString())
            .as("%s of %s after %s", name, checkpoint, when)
            .isEqualTo(name + " " + rank);
      }
    }
  }

  private List<Location> objects(Location root) throws IOException {
    List<Location> found = new ArrayList<>();
    try (ObjectListing listing = store.list(root, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        found.add(listing.next().location());
      }
    }
    return found;
  }

  private Location fresh() throws IOException {
    return Location.parse(Files.createTempDirectory(directory, "root").toUri().getPath())
        .asPrefix();
  }
}
