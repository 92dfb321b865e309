package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.airlift.compress.zstd.ZstdDecompressor;
import io.s3dlio.storage.stream.StoreStream;
import io.s3dlio.storage.stream.StreamOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every store promises of puts and writers. */
abstract class WriteContract extends ListContract {
  @Test
  void putReplacesAndConsumesItsBuffer() throws IOException {
    put("object", content(24, 100));
    ByteBuffer content = direct(content(25, 50));

    ObjectInfo written = store.put(prefix.append("object"), content, WriterOptions.DEFAULT);

    assertThat(content.hasRemaining()).isFalse();
    assertThat(content.limit()).isEqualTo(50);
    assertThat(read(written, 0, 50)).isEqualTo(content(25, 50));
  }

  @Test
  void putTakesTheRemainingBytesOfAnyBuffer() throws IOException {
    byte[] content = content(26, 3 << 20);
    ByteBuffer heap = ByteBuffer.wrap(content).position(11).limit(content.length - 3);
    for (ByteBuffer source :
        List.of(
            heap.duplicate(),
            heap.asReadOnlyBuffer(),
            direct(content).position(11).limit(content.length - 3))) {
      ObjectInfo written = store.put(prefix.append("object"), source, WriterOptions.DEFAULT);

      assertThat(read(written, 0, content.length - 14))
          .isEqualTo(Arrays.copyOfRange(content, 11, content.length - 3));
    }
  }

  @Test
  void putReplacesNothingUnlessItMay() throws IOException {
    Location location = prefix.append("object");
    store.put(location, direct(content(27, 10)), NOT_REPLACING);

    assertThatThrownBy(() -> store.put(location, direct(content(28, 10)), NOT_REPLACING))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("Cannot put " + location);
    assertThat(bytes(store.get(location))).isEqualTo(content(27, 10));
    store.delete(location);
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void ofManyPutsThatReplaceNothingOneWins() throws Exception {
    for (int round = 0; round < 10; round++) {
      Location location = prefix.append("object-" + round);
      List<Boolean> won =
          inParallel(
              6,
              thread -> {
                try {
                  store.put(location, direct(content(thread, 5_000)), NOT_REPLACING);
                  return true;
                } catch (AlreadyExistsException e) {
                  return false;
                }
              });

      assertThat(won).containsOnlyOnce(true);
      assertThat(bytes(store.get(location))).isEqualTo(content(won.indexOf(true), 5_000));
      store.delete(location);
    }
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void aWriteReplacesTheVersionThatItNames() throws IOException {
    ObjectInfo first = put("object", content(50, 10));
    ObjectInfo second = putOver(first, content(51, 10));
    assertTold(second);
    ObjectInfo third = writeOver(second, content(52, fixture.partSize() + 1));
    assertTold(third);
    ObjectInfo fourth = writeOver(third, content(53, 10));

    assertThat(bytes(store.get(fourth.location()))).isEqualTo(content(53, 10));
    store.delete(fourth.location());
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void aWriteReplacesNoOtherVersionThanItNames() throws IOException {
    ObjectInfo first = put("object", content(54, 10));
    ObjectInfo second = putOver(first, content(55, 10));

    assertChanged(() -> putOver(first, content(56, 10)));
    assertChanged(() -> writeOver(first, content(56, 10)));
    assertChanged(() -> putOver(first, content(56, 4 * fixture.partSize() + 1)));
    assertChanged(() -> writeOver(first, content(56, fixture.partSize() + 1)));

    assertThat(store.stat(first.location()).etag()).isEqualTo(second.etag());
    assertThat(bytes(store.get(first.location()))).isEqualTo(content(55, 10));
    store.delete(first.location());
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void aWriteOverAVersionMakesNoObjectWhereNoneIsLeft() throws IOException {
    ObjectInfo gone = put("object", content(57, 10));
    store.delete(gone.location());

    assertChanged(() -> putOver(gone, content(58, 10)));
    assertChanged(() -> writeOver(gone, content(58, 10)));
    assertChanged(() -> writeOver(gone, content(58, fixture.partSize() + 1)));

    assertThat(keys(prefix)).isEmpty();
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void aStagedObjectWaitsIfAnotherVersionIsThere() throws IOException {
    ObjectInfo first = put("object", content(59, 10));
    WriterOptions options = WriterOptions.DEFAULT.withIfMatch(first.etag());
    StagedObject staged = stage(first.location(), content(60, 10), options);
    store.delete(first.location());

    assertThatThrownBy(staged::complete).isInstanceOf(ObjectChangedException.class);
    staged.abort();
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void ofManyThatReplaceOneVersionOneWins() throws Exception {
    for (int round = 0; round < 8; round++) {
      int length = round % 4 == 3 ? fixture.partSize() + 1 : 5_000;
      boolean puts = round % 2 == 0;
      ObjectInfo first = put("object-" + round, content(70 + round, 5_000));
      List<Boolean> won =
          inParallel(
              6,
              thread -> {
                try {
                  byte[] content = content(thread, length);
                  assertTold(puts ? putOver(first, content) : writeOver(first, content));
                  return true;
                } catch (ObjectChangedException e) {
                  return false;
                }
              });

      assertThat(won).containsOnlyOnce(true);
      assertThat(bytes(store.get(first.location()))).isEqualTo(content(won.indexOf(true), length));
      store.delete(first.location());
    }
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void aCounterThatManyIncreaseLosesNothing() throws Exception {
    Location location = put("counter", counted(0)).location();
    inParallel(
        4,
        thread -> {
          for (int i = 0; i < 10; i++) {
            increase(location);
          }
          return true;
        });

    assertThat(bytes(store.get(location))).isEqualTo(counted(40));
  }

  private void increase(Location location) throws IOException {
    while (true) {
      try {
        ObjectInfo before = store.stat(location);
        int count = ByteBuffer.wrap(read(before, 0, Integer.BYTES)).getInt();
        putOver(before, counted(count + 1));
        return;
      } catch (ObjectChangedException e) {
        assertThat(e).hasMessageContaining(location.toString());
      }
    }
  }

  private static byte[] counted(int count) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(count).array();
  }

  private ObjectInfo putOver(ObjectInfo version, byte[] content) throws IOException {
    WriterOptions options = WriterOptions.DEFAULT.withIfMatch(version.etag());
    return store.put(version.location(), direct(content), options);
  }

  private ObjectInfo writeOver(ObjectInfo version, byte[] content) throws IOException {
    WriterOptions options = WriterOptions.DEFAULT.withIfMatch(version.etag());
    try (ObjectWriter writer = store.createWriter(version.location(), options)) {
      writer.write(direct(content));
      return writer.complete();
    }
  }

  private static void assertChanged(ThrowingCallable write) {
    assertThatThrownBy(write)
        .isInstanceOf(ObjectChangedException.class)
        .hasMessageStartingWith("Cannot put ")
        .hasMessageContaining("was to be replaced, and ");
  }

  @Test
  void whoReadsDuringAnOverwriteGetsOneVersionOrAnError() throws Exception {
    put("object", filled(200_000, 1));
    inParallel(
        4,
        thread -> {
          for (int i = 0; i < 30; i++) {
            if (thread == 0) {
              put("object", filled(200_000, i));
            } else {
              try {
                Set<Byte> seen = new HashSet<>();
                for (byte b : bytes(store.get(prefix.append("object")))) {
                  seen.add(b);
                }
                assertThat(seen).hasSize(1);
              } catch (ObjectChangedException e) {
                assertThat(e).hasMessageContaining("object");
              }
            }
          }
          return true;
        });
  }

  @Test
  void aWriterTakesChunksOfAnySizeAndKind() throws IOException {
    int part = fixture.partSize();
    byte[] content = content(29, 3 * part + 4321);
    int[] chunks = {1, 4096, 4095, 100_000, part, 3, 0, part + 1};
    Location location = prefix.append("deep/er/object");
    ByteBuffer reused = ByteBuffer.allocateDirect(part + 1);
    try (ObjectWriter writer = store.createWriter(location, WriterOptions.DEFAULT)) {
      int written = 0;
      for (int i = 0; written < content.length; i++) {
        int length = Math.min(chunks[i % chunks.length], content.length - written);
        ByteBuffer chunk =
            i % 2 == 0
                ? ByteBuffer.wrap(content, written, length)
                : reused.clear().put(content, written, length).flip();
        writer.write(chunk);
        assertThat(chunk.hasRemaining()).isFalse();
        filled(reused.clear());
        written += length;
      }
      assertThat(store.exists(location)).isFalse();
      assertThat(keys(prefix)).isEmpty();
      assertTold(writer.complete());
    }

    assertThat(bytes(store.get(location))).isEqualTo(content);
  }

  @Test
  void aWriterOfPageAlignedMemoryWritesTheSame() throws IOException {
    byte[] content = content(30, 3 * fixture.partSize() + 100);
    ByteBuffer aligned = alignedTarget(content.length).put(content).flip();
    try (ObjectWriter writer = store.createWriter(prefix.append("object"), WriterOptions.DEFAULT)) {
      writer.write(aligned.limit(fixture.partSize()));
      writer.write(aligned.limit(2 * fixture.partSize() + 4096));
      writer.write(aligned.limit(content.length));
      writer.complete();
    }

    assertThat(bytes(store.get(prefix.append("object")))).isEqualTo(content);
  }

  @Test
  void aWriterOfNothingMakesAnEmptyObject() throws IOException {
    try (ObjectWriter writer = store.createWriter(prefix.append("empty"), NOT_REPLACING)) {
      writer.complete();
    }

    assertThat(store.stat(prefix.append("empty")).length()).isZero();
  }

  @Test
  void whatIsCompressedIsReadAsItWasWritten() throws IOException {
    int part = fixture.partSize();
    WriterOptions options = WriterOptions.DEFAULT.withCompression(Compression.zstd());
    List<byte[]> contents =
        List.of(
            new byte[0],
            content(60, 1),
            content(61, part - 1),
            content(62, part),
            content(63, part + 1),
            content(64, 3 * part + 17),
            filled(4 * part + 3, 9));
    for (byte[] content : contents) {
      Location location = prefix.append("dir/object-" + content.length);
      ObjectInfo written;
      try (ObjectWriter writer = store.createWriter(location, options)) {
        int half = content.length / 2;
        writer.write(ByteBuffer.wrap(content, 0, half));
        ByteBuffer rest = direct(Arrays.copyOfRange(content, half, content.length));
        writer.write(rest.asReadOnlyBuffer());
        assertThat(store.exists(Compression.zstd().stored(location))).isFalse();
        written = writer.complete();
      }

      assertThat(written.location().key()).isEqualTo(location.key() + ".zst");
      assertTold(written);
      assertThat(store.exists(location)).isFalse();
      assertDecompressed(written, content);
      ByteBuffer whole = direct(content);
      ObjectInfo put = store.put(written.location(), whole, options);
      assertThat(whole.hasRemaining()).isFalse();
      assertThat(put.location()).isEqualTo(written.location());
      assertDecompressed(put, content);
      store.delete(put.location());
    }
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  /** By us and by another's zstd. */
  private void assertDecompressed(ObjectInfo object, byte[] content) throws IOException {
    StreamOptions options = StreamOptions.DEFAULT.withDecompress(true);
    try (StoreStream stream = StoreStream.open(store, object, options)) {
      assertThat(stream.readAllBytes()).isEqualTo(content);
    }
    byte[] stored = bytes(store.get(object.location()));
    byte[] other = new byte[content.length];
    int length =
        new ZstdDecompressor().decompress(stored, 0, stored.length, other, 0, other.length);
    assertThat(length).isEqualTo(content.length);
    assertThat(other).isEqualTo(content);
  }

  @Test
  void aCompressedWriterThatIsClosedEarlyLeavesNothing() throws IOException {
    WriterOptions options = WriterOptions.DEFAULT.withCompression(Compression.zstd(1));
    ObjectWriter writer = store.createWriter(prefix.append("object"), options);
    writer.write(direct(content(65, 2 * fixture.partSize())));
    writer.close();
    writer.close();

    assertThat(fixture.isUntouched(prefix)).isTrue();
    assertThatThrownBy(() -> writer.write(direct(new byte[1])))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(writer::complete).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> store.createWriter(prefix, options).complete())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is a prefix");
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void aWriterThatHasEndedTakesNothingMore() throws IOException {
    for (WriterOptions options :
        List.of(
            WriterOptions.DEFAULT,
            WriterOptions.DEFAULT.withCompression(Compression.zstd()),
            WriterOptions.DEFAULT.withBufferSize(4096))) {
      ObjectWriter writer = store.createWriter(prefix.append("object"), options);
      writer.write(direct(content(66, 10)));
      ObjectInfo written = writer.complete();
      assertThatThrownBy(() -> writer.write(direct(new byte[1])))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("the writer has ended");
      assertThatThrownBy(writer::complete).hasMessageContaining("the writer has ended");
      assertThatThrownBy(writer::stage).hasMessageContaining("the writer has ended");
      writer.close();
      writer.close();
      assertThat(store.stat(written.location()).length()).isEqualTo(written.length());
      store.delete(written.location());
    }
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void aWriterTakesWhatSizesItIsGiven() throws IOException {
    byte[] content = content(67, 3 * fixture.partSize() + 1000);
    for (WriterOptions options :
        List.of(
            WriterOptions.DEFAULT.withPartSize(6 << 20).withMaxConcurrency(2),
            WriterOptions.DEFAULT.withBufferSize(64 << 10),
            WriterOptions.DEFAULT.withAdaptive())) {
      try (ObjectWriter writer = store.createWriter(prefix.append("object"), options)) {
        writer.write(ByteBuffer.wrap(content, 0, 100));
        writer.write(ByteBuffer.wrap(content, 100, 70_000));
        writer.write(direct(Arrays.copyOfRange(content, 70_100, content.length)));
        writer.complete();
      }

      assertThat(bytes(store.get(prefix.append("object")))).isEqualTo(content);
    }
  }

  @Test
  void aWriterThatIsClosedEarlyLeavesNothing() throws IOException {
    ObjectWriter writer = store.createWriter(prefix.append("object"), WriterOptions.DEFAULT);
    writer.write(direct(content(31, fixture.partSize() + 1)));
    writer.close();
    writer.close();

    assertThat(keys(prefix)).isEmpty();
    assertThat(fixture.isUntouched(prefix)).isTrue();
    assertThatThrownBy(() -> writer.write(direct(new byte[1])))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(writer::complete).isInstanceOf(StorageException.class);
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void anObjectSurvivesAnOverwriteThatWasGivenUp() throws IOException {
    ObjectInfo before = put("object", content(32, 10));
    try (ObjectWriter writer = store.createWriter(prefix.append("object"), WriterOptions.DEFAULT)) {
      writer.write(direct(content(33, 20)));
    }

    assertThat(read(before, 0, 10)).isEqualTo(content(32, 10));
  }

  @Test
  void aWriterThatMayReplaceNothingFailsWhenItCompletes() throws IOException {
    Location location = prefix.append("object");
    try (ObjectWriter writer = store.createWriter(location, NOT_REPLACING)) {
      writer.write(direct(content(34, 10)));
      put("object", content(35, 10));
      assertThatThrownBy(writer::complete).isInstanceOf(AlreadyExistsException.class);
    }

    assertThat(bytes(store.get(location))).isEqualTo(content(35, 10));
    store.delete(location);
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void aStagedObjectIsInvisibleUntilItIsCompleted() throws IOException {
    Location location = prefix.append("dir/object");
    StagedObject staged = stage(location, content(36, 5_000), NOT_REPLACING);

    assertThat(store.exists(location)).isFalse();
    assertThat(keys(prefix)).isEmpty();
    assertThat(staged.location()).isEqualTo(location);
    assertThat(staged.length()).isEqualTo(5_000);

    ObjectInfo completed = staged.complete();
    assertTold(completed);
    assertThat(staged.complete()).isEqualTo(completed);
    staged.abort();
    assertThat(read(completed, 0, 5_000)).isEqualTo(content(36, 5_000));
  }

  @Test
  void aStagedObjectThatIsAbortedLeavesNothing() throws IOException {
    StagedObject staged = stage(prefix.append("object"), content(37, 10), WriterOptions.DEFAULT);
    staged.abort();
    staged.abort();

    assertThat(fixture.isUntouched(prefix)).isTrue();
    assertThatThrownBy(staged::complete).isInstanceOf(StorageException.class);
  }

  @Test
  void aStagedObjectWaitsIfItsKeyIsTaken() throws IOException {
    Location location = prefix.append("object");
    StagedObject staged = stage(location, content(38, 10), NOT_REPLACING);
    put("object", content(39, 10));

    assertThatThrownBy(staged::complete).isInstanceOf(AlreadyExistsException.class);
    assertThat(bytes(store.get(location))).isEqualTo(content(39, 10));
    store.delete(location);
    staged.complete();
    assertThat(bytes(store.get(location))).isEqualTo(content(38, 10));
    store.delete(location);
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void whatAKilledWriterLeftIsRemovedAndNothingElse() throws IOException {
    if (!(store instanceof UnfinishedWrites)) {
      return;
    }
    UnfinishedWrites unfinished = (UnfinishedWrites) store;
    Instant start = Instant.now();
    put("whole", content(40, 10));
    WriterOptions killed = WriterOptions.DEFAULT.withWriterId("job-1");
    stage(prefix.append("a"), content(41, 10), killed);
    stage(prefix.append("deep/er/b"), content(41, 10), killed);
    Set<Location> own = Set.of(prefix.append("a"), prefix.append("deep/er/b"));
    UnfinishedWrites.Ownership job1 =
        locations -> locations.stream().filter(own::contains).collect(Collectors.toSet());
    UnfinishedWrites.Ownership nobody = locations -> Set.of();
    StagedObject other =
        stage(
            prefix.append("deep/c"),
            content(42, 10),
            WriterOptions.DEFAULT.withWriterId("job-1-2"));

    assertThat(unfinished.abortUnfinished(prefix, "job", start, nobody)).isZero();
    assertThat(unfinished.abortUnfinished(prefix.append("missing/"), "job-1", start, job1))
        .isZero();
    assertThat(unfinished.abortUnfinished(prefix, "job-1", start, job1)).isEqualTo(2);
    assertThat(unfinished.abortUnfinished(prefix, "job-1", start, job1)).isZero();
    other.complete();
    assertThat(keys(prefix)).containsExactly("deep/c", "whole");
  }
}
