package io.s3dlio.storage.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.Compression;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreContract;
import io.s3dlio.storage.WriterOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What checkpoints promise on every store. */
public abstract class CheckpointContract extends StoreContract {
  private static final CheckpointOptions DEFAULT = CheckpointOptions.DEFAULT;

  /** A text, as UTF-8. */
  private enum TextCodec implements StateCodec<String> {
    TEXT;

    @Override
    public void write(String state, WritableByteChannel target) throws IOException {
      target.write(ByteBuffer.wrap(state.getBytes(UTF_8)));
    }

    @Override
    public String read(ReadableByteChannel source, long size) throws IOException {
      return new String(Channels.newInputStream(source).readNBytes((int) size), UTF_8);
    }
  }

  @Test
  void statesComeBackAsTheyWereSaved() throws IOException {
    byte[] large = content(1, 2 * fixture.partSize() + 12_345);
    byte[] small = content(2, 1000);
    try (CheckpointWriter writer = open(DEFAULT.withMetadata(Map.of("epoch", "7")))) {
      writer.saveState("model/layer.0", direct(large));
      writer.saveState("optimizer", ByteBuffer.wrap(small));
      writer.saveState("stream", new ByteArrayInputStream(large));
      writer.saveState("channel", Channels.newChannel(new ByteArrayInputStream(small)));
      writer.saveState("text", "Grüße", TextCodec.TEXT);
      writer.saveState("empty", ByteBuffer.allocate(0));
      try (StateWriter pieces = writer.createState("pieces")) {
        for (byte b : small) {
          pieces.write(ByteBuffer.wrap(new byte[] {b}));
        }
        pieces.complete();
      }
      assertThat(writer.finish()).isPresent();
      assertThat(writer.finish()).as("again").isPresent();
    }

    CheckpointReader reader = reader();
    assertThat(bytes(reader.loadState("model/layer.0"))).isEqualTo(large);
    assertThat(reader.loadState("model/layer.0").isReadOnly()).isTrue();
    assertThat(bytes(reader.loadState("optimizer", 0))).isEqualTo(small);
    assertThat(loaded(reader, "stream")).isEqualTo(large);
    assertThat(loaded(reader, "channel")).isEqualTo(small);
    assertThat(bytes(reader.loadState("pieces"))).isEqualTo(small);
    assertThat(reader.loadState("text", TextCodec.TEXT)).isEqualTo("Grüße");
    assertThat(bytes(reader.loadState("empty"))).isEmpty();
    assertThat(loaded(reader, "empty")).isEmpty();
    try (ReadableByteChannel opened = reader.openState("stream")) {
      assertThat(Channels.newInputStream(opened).readAllBytes()).isEqualTo(large);
    }
    Checkpoint checkpoint = reader.latest().orElseThrow();
    assertThat(checkpoint.step()).isZero();
    assertThat(checkpoint.recovery()).isEmpty();
    assertThat(checkpoint.manifest().metadata()).containsExactly(Map.entry("epoch", "7"));
    assertThat(checkpoint.manifest().states())
        .extracting(SavedState::name)
        .containsExactly(
            "channel", "empty", "model/layer.0", "optimizer", "pieces", "stream", "text");
    assertThatThrownBy(() -> reader.loadState("absent"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("'absent'")
        .hasMessageContaining("'optimizer' of rank 0");
  }

  @Test
  void rangesOfAStateAreRead() throws IOException {
    byte[] large = content(3, fixture.partSize() + 777);
    save(4, Map.of("model", large));

    ByteBuffer target = ByteBuffer.allocateDirect(fixture.partSize());
    reader().read("model", 501, target);

    assertThat(bytes(target.flip()))
        .isEqualTo(Arrays.copyOfRange(large, 501, 501 + fixture.partSize()));
    assertThatThrownBy(() -> reader().read("model", 1000, target.clear()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'model' of rank 0");
  }

  @Test
  void compressedStatesComeBackAsTheyWereSaved() throws IOException {
    byte[] zeros = new byte[3 * fixture.partSize() + 5];
    byte[] random = content(8, fixture.partSize() + 5);
    CheckpointOptions zstd =
        DEFAULT.withWriterOptions(WriterOptions.DEFAULT.withCompression(Compression.zstd()));
    try (CheckpointWriter writer = open(zstd)) {
      writer.saveState("zeros", direct(zeros));
      writer.saveState("random", new ByteArrayInputStream(random));
      writer.saveState("empty", ByteBuffer.allocate(0));
      writer.finish();
    }

    CheckpointReader reader = reader();
    assertThat(bytes(reader.loadState("zeros"))).isEqualTo(zeros);
    assertThat(reader.loadState("zeros").isReadOnly()).isTrue();
    assertThat(loaded(reader, "zeros")).isEqualTo(zeros);
    assertThat(bytes(reader.loadState("random"))).isEqualTo(random);
    assertThat(bytes(reader.loadState("empty"))).isEmpty();
    Checkpoint checkpoint = reader.latest().orElseThrow();
    SavedState state = checkpoint.state("zeros").info();
    assertThat(state.compression()).isEqualTo(StateCompression.ZSTD);
    assertThat(state.size()).isEqualTo(zeros.length);
    assertThat(state.storedSize()).isLessThan(zeros.length / 100);
    assertThat(state.key()).endsWith(".zst");
    assertThatThrownBy(() -> reader.read("zeros", 0, ByteBuffer.allocateDirect(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it is compressed");

    byte[] damaged = new byte[(int) state.storedSize()];
    store.get(checkpoint.location(state)).get(damaged);
    damaged[damaged.length / 2] ^= 0x55;
    overwrite(checkpoint, "zeros", damaged);
    assertThatThrownBy(() -> checkpoint.loadState("zeros"))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("the state 'zeros' of rank 0");
    Checkpoints.delete(store, prefix, 0);
    assertThat(keys(prefix)).containsExactly("latest.json");
  }

  @Test
  void closingWithoutFinishingLeavesNothingOfCompressedStates() throws IOException {
    try (CheckpointWriter writer =
        open(
            DEFAULT.withWriterOptions(WriterOptions.DEFAULT.withCompression(Compression.zstd())))) {
      writer.saveState("model", direct(content(4, fixture.partSize() + 1)));
    }
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void thereIsNoneBeforeTheFirst() throws IOException {
    assertThat(reader().latest()).isEmpty();
    assertThat(reader().steps()).isEmpty();
    assertThatThrownBy(() -> reader().loadState("model"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("there is no complete checkpoint");
    assertThatThrownBy(() -> reader().at(3)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void theStepAfterTheLatestIsSavedUnlessOneIsGiven() throws IOException {
    save(OptionalSteps.NEXT, state("a"));
    save(OptionalSteps.NEXT, state("b"));
    save(41, state("c"));
    save(OptionalSteps.NEXT, state("d"));

    assertThat(reader().steps()).containsExactly(0L, 1L, 41L, 42L);
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("d");
    assertThat(text(reader().at(1))).isEqualTo("b");
    assertThat(reader().list()).extracting(this::text).containsExactly("a", "b", "c", "d");
  }

  @Test
  void anOlderStepThatFinishesLaterDoesNotBecomeTheLatest() throws IOException {
    try (CheckpointWriter older = open(DEFAULT.withStep(5))) {
      older.saveState("model", ByteBuffer.wrap(new byte[] {'o'}));
      save(6, state("newer"));
      assertThat(older.finish()).isPresent();
    }

    assertThat(text(reader().latest().orElseThrow())).isEqualTo("newer");
    assertThat(text(reader().at(5))).isEqualTo("o");
  }

  @Test
  void writersThatRaceLeaveTheHighestStepLatest() throws Exception {
    int writers = 8;
    List<Long> saved =
        inParallel(
            writers,
            thread -> {
              save(100 + thread, state("of " + thread));
              return 100L + thread;
            });

    assertThat(reader().steps()).containsExactlyElementsOf(saved);
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("of " + (writers - 1));
    for (Checkpoint each : reader().list()) {
      assertThat(text(each)).isEqualTo("of " + (each.step() - 100));
    }
  }

  @Test
  void ofWritersOfOneStepOneWins() throws Exception {
    List<String> won =
        inParallel(
            6,
            thread -> {
              try {
                save(7, state("by " + thread));
                return "by " + thread;
              } catch (AlreadyExistsException e) {
                assertThat(e).hasMessageContaining("step 7 has a complete checkpoint");
                return "";
              }
            });

    assertThat(won).filteredOn(each -> !each.isEmpty()).hasSize(1);
    assertThat(won).contains(text(reader().latest().orElseThrow()));
    assertThat(keys(prefix)).as("losers leave nothing").hasSize(3);
  }

  @Test
  void aCompleteCheckpointIsReplacedOnlyIfThatIsAsked() throws IOException {
    save(7, state("first"));

    assertThatThrownBy(() -> save(7, state("second")))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("step 7 has a complete checkpoint");
    assertThat(text(reader().at(7))).isEqualTo("first");

    try (CheckpointWriter writer = open(DEFAULT.withStep(7).withReplaceExisting(true))) {
      writer.saveState("model", ByteBuffer.wrap("third".getBytes(UTF_8)));
      assertThat(text(reader().at(7))).as("until it is complete").isEqualTo("first");
      writer.finish();
    }
    assertThat(text(reader().at(7))).isEqualTo("third");

    assertThat(Checkpoints.prune(store, prefix, 1).deadAttempts()).isEqualTo(1);
    assertThat(text(reader().at(7))).isEqualTo("third");
  }

  @Test
  void closingWithoutFinishingLeavesNothing() throws IOException {
    CheckpointWriter writer = open(DEFAULT.withStep(3));
    writer.saveState("model", direct(content(4, fixture.partSize() + 1)));
    StateWriter unfinished = writer.createState("optimizer");
    unfinished.write(direct(content(5, fixture.partSize() + 1)));
    assertThatThrownBy(writer::finish)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 states are still being written");
    unfinished.close();

    writer.close();
    writer.close();

    assertThat(fixture.isUntouched(prefix)).isTrue();
    assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> writer.saveState("x", ByteBuffer.allocate(1)))
        .hasMessageContaining("has ended");
  }

  @Test
  void aStateThatFailsMayBeSavedAgain() throws IOException {
    try (CheckpointWriter writer = open(DEFAULT)) {
      assertThatThrownBy(
              () ->
                  writer.saveState(
                      "model",
                      new InputStream() {
                        @Override
                        public int read() throws IOException {
                          throw new IOException("the source broke");
                        }
                      }))
          .hasMessage("the source broke");
      writer.saveState("model", ByteBuffer.wrap("whole".getBytes(UTF_8)));
      assertThatThrownBy(() -> writer.saveState("model", ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has saved a state of that name");
      writer.finish();
    }
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("whole");
    assertThat(keys(prefix)).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource(CheckpointLayout.class)
  void aCheckpointOfRanksIsThereWhenTheLastOfThemFinishes(CheckpointLayout layout)
      throws IOException {
    int ranks = 5;
    for (int rank = 0; rank < ranks; rank++) {
      assertThat(reader().latest()).as("before rank %d", rank).isEmpty();
      try (CheckpointWriter writer = open(ofRank(rank, ranks, "save-1").withLayout(layout))) {
        writer.saveState("model", ByteBuffer.wrap(("rank " + rank).getBytes(UTF_8)));
        writer.saveState("only-" + rank, ByteBuffer.wrap(new byte[] {(byte) rank}));
        assertThat(writer.finish().isPresent()).isEqualTo(rank == ranks - 1);
      }
    }

    CheckpointReader reader = reader();
    for (int rank = 0; rank < ranks; rank++) {
      assertThat(new String(bytes(reader.loadState("model", rank)), UTF_8))
          .isEqualTo("rank " + rank);
      assertThat(bytes(reader.loadState("only-" + rank))).containsExactly(rank);
    }
    assertThat(reader.latest().orElseThrow().manifest().layout()).isEqualTo(layout);
    assertThatThrownBy(() -> reader.loadState("model"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 ranks have saved such a state");
  }

  @Test
  void ranksThatFinishAtTheSameTimeAgree() throws Exception {
    int ranks = 8;
    List<Optional<CheckpointManifest>> finished =
        inParallel(
            ranks,
            rank -> {
              try (CheckpointWriter writer = open(ofRank(rank, ranks, "save-2"))) {
                writer.saveState("model", ByteBuffer.wrap(("rank " + rank).getBytes(UTF_8)));
                return writer.finish();
              }
            });

    Set<CheckpointManifest> seen = new HashSet<>();
    finished.forEach(each -> each.ifPresent(seen::add));
    assertThat(seen).hasSize(1);
    assertThat(reader().latest().orElseThrow().manifest()).isEqualTo(seen.iterator().next());
    assertThat(IntStream.range(0, ranks).mapToObj(rank -> "rank " + rank))
        .allSatisfy(
            text ->
                assertThat(
                        new String(
                            bytes(reader().loadState("model", Integer.parseInt(text.substring(5)))),
                            UTF_8))
                    .isEqualTo(text));
  }

  @Test
  void aRankThatFinishesASecondTimeIsSettledUnlessItSavedSomethingElse() throws IOException {
    for (int time = 0; time < 2; time++) {
      try (CheckpointWriter writer = open(ofRank(0, 2, "save-3"))) {
        writer.saveState("model", ByteBuffer.wrap(new byte[] {1}));
        assertThat(writer.finish()).isEmpty();
      }
      assertThat(keys(prefix)).as("a state, and that it is finished").hasSize(2);
    }
    assertThatThrownBy(
            () -> {
              try (CheckpointWriter writer = open(ofRank(0, 2, "save-3"))) {
                writer.saveState("model", ByteBuffer.wrap(new byte[] {2}));
                writer.finish();
              }
            })
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("the rank has finished with other states");
    assertThat(keys(prefix)).hasSize(2);
    for (int time = 0; time < 2; time++) {
      try (CheckpointWriter writer = open(ofRank(1, 2, "save-3"))) {
        writer.saveState("model", ByteBuffer.wrap(new byte[] {3}));
        assertThat(writer.finish()).as("time %d", time).isPresent();
      }
    }
    assertThat(bytes(reader().loadState("model", 0))).containsExactly(1);
    assertThat(bytes(reader().loadState("model", 1))).containsExactly(3);
  }

  @Test
  void whatADeadSaveLeftIsNoPartOfAnother() throws IOException {
    try (CheckpointWriter writer = open(ofRank(0, 2, "dead"))) {
      writer.saveState("model", ByteBuffer.wrap(new byte[] {1}));
      writer.finish();
    }
    try (CheckpointWriter writer = open(ofRank(1, 2, "alive"))) {
      writer.saveState("model", ByteBuffer.wrap(new byte[] {2}));
      assertThat(writer.finish()).isEmpty();
    }
    assertThat(reader().latest()).isEmpty();
    try (CheckpointWriter writer = open(ofRank(0, 2, "alive"))) {
      writer.saveState("model", ByteBuffer.wrap(new byte[] {3}));
      assertThat(writer.finish()).isPresent();
    }
    assertThat(bytes(reader().loadState("model", 0))).containsExactly(3);
  }

  @Test
  void aStateThatIsNotWhatWasSavedIsRefusedByItsName() throws IOException {
    byte[] content = content(6, 300_000);
    save(1, Map.of("model", content, "gone", content, "short", content));
    Checkpoint checkpoint = reader().at(1);
    byte[] damaged = content.clone();
    damaged[150_000] ^= 1;
    overwrite(checkpoint, "model", damaged);
    overwrite(checkpoint, "short", content(6, 299_999));
    store.delete(checkpoint.location(checkpoint.state("gone").info()));

    for (String name : List.of("model", "short")) {
      assertThatThrownBy(() -> checkpoint.loadState(name))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("the state '%s' of rank 0 has ".formatted(name));
      ByteArrayOutputStream taken = new ByteArrayOutputStream();
      assertThatThrownBy(() -> checkpoint.loadState(name, Channels.newChannel(taken)))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("the state '%s' of rank 0 has ".formatted(name));
      assertThat(taken.size()).as("the last byte is not handed out").isLessThan(content.length);
      assertThatThrownBy(() -> checkpoint.loadState(name, TextCodec.TEXT))
          .isInstanceOf(CorruptException.class);
    }
    assertThatThrownBy(() -> checkpoint.loadState("gone"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("the state 'gone' of rank 0 is gone");
    assertThatThrownBy(() -> checkpoint.openState("gone")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void anotherCheckpointIsFoundWhereLatestJsonLeadsNowhere() throws IOException {
    save(1, state("one"));
    save(2, state("two"));
    save(3, state("three"));
    CheckpointPaths paths = new CheckpointPaths(prefix);
    store.delete(paths.manifest(3));

    Checkpoint dangling = reader().latest().orElseThrow();
    assertThat(text(dangling)).isEqualTo("two");
    assertThat(dangling.recovery().orElseThrow())
        .contains("names step 3, which has no complete checkpoint");

    put("latest.json", "{\"formatVersion\": 1, \"st".getBytes(UTF_8));
    Checkpoint corrupt = reader().latest().orElseThrow();
    assertThat(text(corrupt)).isEqualTo("two");
    assertThat(corrupt.recovery().orElseThrow()).contains("the JSON is malformed");

    put("checkpoints/0000000000000000002.json", "{\"formatVersion\": 2}".getBytes(UTF_8));
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("one");
    assertThatThrownBy(() -> reader().at(2))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("Invalid formatVersion: 2 (this release knows 1)");

    put("checkpoints/0000000000000000007.json", ManifestFormat.write(dangling.manifest()));
    assertThatThrownBy(() -> reader().list()).isInstanceOf(CorruptException.class);
    assertThatThrownBy(() -> reader().at(7))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("Invalid step: 2 (its name says 7)");
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("one");

    store.delete(paths.latest());
    put("latest.json", new byte[0]);
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("one");
    store.delete(paths.latest());
    assertThat(reader().latest().orElseThrow().recovery().orElseThrow()).contains("there is no");

    put("latest.json", "null".getBytes(UTF_8));
    store.delete(paths.manifest(7));
    save(4, state("four"));
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("four");
    assertThat(reader().latest().orElseThrow().recovery()).as("it was repaired").isEmpty();
  }

  @Test
  void latestJsonThatNamesNothingIsAnErrorAndNotNone() throws IOException {
    put("latest.json", "{\"formatVersion\": 1, \"step\": 9}".getBytes(UTF_8));

    assertThatThrownBy(() -> reader().latest())
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("step 9");
  }

  @Test
  void pruningKeepsTheLastOnesAndRemovesWhatDeadSavesLeft() throws IOException {
    CheckpointWriter dead = open(DEFAULT.withStep(2).withLayout(CheckpointLayout.HASHED));
    dead.saveState("model", direct(content(7, 100)));
    for (int step = 1; step <= 4; step++) {
      save(step, state("step " + step));
    }
    try (CheckpointWriter writer = open(ofRank(0, 2, "half").withStep(3))) {
      // Its step is complete by now.
      throw new AssertionError("it was opened");
    } catch (AlreadyExistsException e) {
      assertThat(e).hasMessageContaining("step 3");
    }

    Pruned pruned = Checkpoints.prune(store, prefix, 2);

    assertThat(pruned.steps()).containsExactly(1L, 2L);
    assertThat(pruned.deadAttempts()).isEqualTo(1);
    assertThat(reader().steps()).containsExactly(3L, 4L);
    assertThat(text(reader().at(3))).isEqualTo("step 3");
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("step 4");
    assertThat(keys(prefix)).as("two of each, and the latest").hasSize(5);
    assertThat(Checkpoints.prune(store, prefix, 2)).isEqualTo(new Pruned(List.of(), 0, 0));
  }

  @Test
  void aSaveWhoseStatesWereTakenForDeadFails() throws IOException {
    CheckpointWriter slow = open(DEFAULT.withStep(1));
    slow.saveState("model", direct(content(7, 100)));
    save(2, state("two"));
    assertThat(Checkpoints.prune(store, prefix, 5).deadAttempts()).isEqualTo(1);

    assertThatThrownBy(slow::finish)
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("the state 'model' of rank 0 is gone");

    slow.close();
    assertThat(reader().steps()).containsExactly(2L);
  }

  @Test
  void deletingTheLatestMakesTheOneBeforeItTheLatest() throws IOException {
    save(1, state("one"));
    save(2, state("two"));

    assertThat(Checkpoints.delete(store, prefix, 2).steps()).containsExactly(2L);
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("one");
    assertThat(reader().latest().orElseThrow().recovery()).isEmpty();
    assertThatThrownBy(() -> Checkpoints.delete(store, prefix, 2))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("there is nothing of step 2");

    Checkpoints.delete(store, prefix, 1);
    assertThat(reader().latest()).isEmpty();
    assertThat(keys(prefix)).containsExactly("latest.json");

    save(OptionalSteps.NEXT, state("again"));
    assertThat(text(reader().latest().orElseThrow())).isEqualTo("again");
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void wheneverASaveDiesTheOneBeforeItIsLoadable(boolean afterEffect, boolean forGood)
      throws IOException {
    boolean reached = true;
    for (int operation = 0; reached; operation++) {
      prefix = fixture.freshPrefix();
      save(1, state("old"));
      Fault fault = new Fault(operation, afterEffect, forGood);
      try (CheckpointWriter writer =
          CheckpointWriter.open(new ScriptedStore(store, fault), prefix, DEFAULT.withStep(2))) {
        writer.saveState("model", ByteBuffer.wrap("new".getBytes(UTF_8)));
        writer.finish();
      } catch (StorageException e) {
        assertThat(e).hasMessageContaining("the fault");
      }
      reached = fault.reached();

      Checkpoint latest = reader().latest().orElseThrow();
      assertThat(latest.recovery()).as(fault.where()).isEmpty();
      assertThat(text(latest)).as(fault.where()).isEqualTo(latest.step() == 1 ? "old" : "new");
      for (Checkpoint each : reader().list()) {
        assertThat(text(each)).as(fault.where()).isEqualTo(each.step() == 1 ? "old" : "new");
      }
      save(OptionalSteps.NEXT, state("next"));
      assertThat(text(reader().latest().orElseThrow())).as(fault.where()).isEqualTo("next");
      Checkpoints.prune(store, prefix, 1);
      assertThat(keys(prefix)).as(fault.where()).hasSize(3);
      assertThat(text(reader().latest().orElseThrow())).as(fault.where()).isEqualTo("next");
    }
  }

  @Test
  void aCheckpointWithoutStatesIsNone() throws IOException {
    try (CheckpointWriter writer = open(DEFAULT)) {
      assertThatThrownBy(writer::finish).hasMessageContaining("has no state");
    }
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  // ---- helpers

  /** For saves whose step is not given. */
  private static final class OptionalSteps {
    static final long NEXT = -1;
  }

  private static CheckpointOptions ofRank(int rank, int ranks, String id) {
    return DEFAULT.withStep(3).withRank(rank, ranks, id);
  }

  private CheckpointWriter open(CheckpointOptions options) throws IOException {
    return CheckpointWriter.open(store, prefix, options);
  }

  private CheckpointReader reader() {
    return CheckpointReader.open(store, prefix.toString());
  }

  private static Map<String, byte[]> state(String text) {
    return Map.of("model", text.getBytes(UTF_8));
  }

  private void save(long step, Map<String, byte[]> states) throws IOException {
    try (CheckpointWriter writer =
        open(step == OptionalSteps.NEXT ? DEFAULT : DEFAULT.withStep(step))) {
      for (Map.Entry<String, byte[]> state : states.entrySet()) {
        writer.saveState(state.getKey(), direct(state.getValue()));
      }
      assertThat(writer.finish()).isPresent();
    }
  }

  private String text(Checkpoint checkpoint) {
    try {
      return checkpoint.loadState("model", TextCodec.TEXT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] loaded(CheckpointReader reader, String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    reader.loadState(name, Channels.newChannel(bytes));
    return bytes.toByteArray();
  }

  private void overwrite(Checkpoint checkpoint, String name, byte[] content) throws IOException {
    Location location = checkpoint.location(checkpoint.state(name).info());
    store.put(location, direct(content), WriterOptions.DEFAULT);
  }

  @FunctionalInterface
  private interface Work<T> {
    T run(int thread) throws Exception;
  }

  private static <T> List<T> inParallel(int threads, Work<T> work) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CyclicBarrier start = new CyclicBarrier(threads);
    try {
      List<Callable<T>> calls = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        calls.add(
            () -> {
              start.await();
              return work.run(thread);
            });
      }
      List<T> results = new ArrayList<>();
      for (Future<T> result : executor.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }
}
