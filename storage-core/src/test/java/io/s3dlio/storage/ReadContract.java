package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store promises of reads and of the versions that they are of. */
abstract class ReadContract extends StoreContract {
  @Test
  void objectsOfEverySizeComeBackAsTheyWereWritten() throws IOException {
    int part = fixture.partSize();
    for (int size : new int[] {0, 1, 4095, 4096, 4097, part - 1, part, part + 1, 2 * part + 5}) {
      Location location = prefix.append("size-" + size);
      byte[] content = content(size, size);

      ObjectInfo written = store.put(location, direct(content), WriterOptions.DEFAULT);

      assertThat(written.length()).as("%d", size).isEqualTo(size);
      assertThat(written.location()).isEqualTo(location);
      assertTold(written);
      assertThat(read(written, 0, size)).as("%d", size).isEqualTo(content);
      assertThat(bytes(store.get(location))).as("%d", size).isEqualTo(content);
    }
  }

  @Test
  void rangesOfEveryAlignmentFillTheTargetAndNothingElse() throws IOException {
    byte[] content = content(1, 5 * 4096 + 7);
    ObjectInfo object = put("object", content);
    int[] edges = {0, 1, 511, 512, 4095, 4096, 4097, 8192, 3 * 4096 + 1, content.length};
    for (int begin : edges) {
      for (int end : edges) {
        for (int at : new int[] {0, 1, 512, 4096, begin % 4096}) {
          if (begin <= end) {
            String what = "[%d, %d) at %d".formatted(begin, end, at);
            ByteBuffer target = alignedTarget(at + (end - begin) + 64);
            byte[] expected = filled(target);
            System.arraycopy(content, begin, expected, at, end - begin);
            target.position(at).limit(at + end - begin);

            store.read(ReadRequest.of(object, begin, target));

            assertThat(target.position()).as(what).isEqualTo(at + end - begin);
            assertThat(target.limit()).as(what).isEqualTo(at + end - begin);
            assertThat(bytes(target.clear())).as(what).isEqualTo(expected);
          }
        }
      }
    }
  }

  @Test
  void aLargeObjectIsReadInRanges() throws IOException {
    byte[] content = content(2, (9 << 20) + 13);
    Location location = put("large", content).location();

    ByteBuffer whole = store.get(location);
    assertThat(bytes(whole)).isEqualTo(content);
    assertThat(bytes(store.getRange(location, 4_000_001, 5 << 20)))
        .isEqualTo(Arrays.copyOfRange(content, 4_000_001, 4_000_001 + (5 << 20)));
  }

  @Test
  void getReturnsReadOnlyDirectBuffers() throws IOException {
    Location location = put("object", content(3, 100)).location();

    for (ByteBuffer buffer : List.of(store.get(location), store.getRange(location, 3, 10))) {
      assertThat(buffer.isReadOnly()).isTrue();
      assertThat(buffer.isDirect()).isTrue();
      assertThat(buffer.position()).isZero();
    }
  }

  @Test
  void aRangeThatCrossesTheEndIsCutByGetRangeAndTruncatedForRead() throws IOException {
    byte[] content = content(4, 10_000);
    ObjectInfo object = put("object", content);

    assertThat(bytes(store.getRange(object.location(), 9_990, 100)))
        .isEqualTo(Arrays.copyOfRange(content, 9_990, 10_000));
    for (String etag : List.of("", object.etag())) {
      ByteBuffer target = ByteBuffer.allocateDirect(100);
      assertThatThrownBy(() -> store.read(new ReadRequest(object.location(), etag, 9_990, target)))
          .isInstanceOf(TruncatedException.class)
          .hasMessageContaining("10090")
          .hasMessageContaining("10000");
      assertThat(target.position()).isEqualTo(10);
      assertThat(bytes(target.flip())).isEqualTo(Arrays.copyOfRange(content, 9_990, 10_000));
    }
  }

  @Test
  void aRangeAtTheEndIsEmptyAndOnePastItIsTruncated() throws IOException {
    ObjectInfo object = put("object", content(5, 4096));

    assertThat(store.getRange(object.location(), 4096, 10).remaining()).isZero();
    assertThatThrownBy(() -> store.getRange(object.location(), 4097, 10))
        .isInstanceOf(TruncatedException.class)
        .hasMessageContaining("4097");
    assertThatThrownBy(() -> read(object, 4096, 1)).isInstanceOf(TruncatedException.class);
    assertThatThrownBy(() -> read(object, 1L << 40, 1)).isInstanceOf(TruncatedException.class);
  }

  @Test
  void aRangeOfNoBytesIsReadOnlyWhereThereIsAnObject() throws IOException {
    ObjectInfo object = put("object", content(6, 10));

    assertThat(read(object, 0, 0)).isEmpty();
    assertThat(read(object, 10, 0)).isEmpty();
    assertThat(store.getRange(object.location(), 4, 0).remaining()).isZero();
    assertThatThrownBy(() -> read(object, 11, 0)).isInstanceOf(TruncatedException.class);
    assertThatThrownBy(() -> read(at("missing"), 0, 0)).isInstanceOf(NotFoundException.class);
    put("object", content(7, 11));
    assertThatThrownBy(() -> read(object, 0, 0)).isInstanceOf(ObjectChangedException.class);
  }

  @Test
  void negativeRangesAreRefused() throws IOException {
    Location location = put("object", content(8, 10)).location();

    assertThatThrownBy(() -> store.getRange(location, -1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> store.getRange(location, 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMissingObjectIsNotFound() throws IOException {
    put("here", content(9, 1));
    for (String key : List.of("missing", "deep/er/missing", "here/below")) {
      Location location = prefix.append(key);
      assertThat(store.exists(location)).as(key).isFalse();
      assertThatThrownBy(() -> store.stat(location))
          .as(key)
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining(location.toString());
      assertThatThrownBy(() -> store.get(location)).isInstanceOf(NotFoundException.class);
      assertThatThrownBy(() -> store.getRange(location, 0, 1))
          .isInstanceOf(NotFoundException.class);
      for (String etag : List.of("", "0-0-0")) {
        ByteBuffer target = ByteBuffer.allocateDirect(8);
        assertThatThrownBy(() -> store.read(new ReadRequest(location, etag, 0, target)))
            .as(key)
            .isInstanceOf(NotFoundException.class)
            .hasMessageContaining("Cannot read " + location);
        assertThat(target.position()).isZero();
      }
    }
  }

  @Test
  void aDirectoryIsNoObject() throws IOException {
    put("dir/child", content(10, 5));
    Location directory = prefix.append("dir");

    assertThat(store.exists(directory)).isFalse();
    assertThatThrownBy(() -> store.stat(directory)).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> store.get(directory)).isInstanceOf(NotFoundException.class);
    for (String etag : List.of("", "0-0-0")) {
      assertThatThrownBy(
              () ->
                  store.read(new ReadRequest(directory, etag, 0, ByteBuffer.allocateDirect(8192))))
          .isInstanceOf(NotFoundException.class);
    }
    store.delete(directory);
    store.delete(prefix.append("dir/"));
    assertThat(keys(prefix)).containsExactly("dir/child");
    store.delete(prefix.append("dir/child"));
    store.delete(directory);
    assertThat(store.put(prefix.append("dir/again"), direct(new byte[1]), NOT_REPLACING).length())
        .isEqualTo(1);
  }

  @Test
  void aDirectoryIsNeverReplaced() throws IOException {
    put("dir/child", content(11, 5));
    Location directory = prefix.append("dir");
    if (fixture.isPosix()) {
      for (WriterOptions options : List.of(WriterOptions.DEFAULT, NOT_REPLACING)) {
        assertThatThrownBy(() -> store.put(directory, direct(new byte[1]), options))
            .isExactlyInstanceOf(StorageException.class)
            .hasMessageContaining("Cannot put " + directory + ": it is a directory");
      }
      assertThatThrownBy(() -> put("dir/child/below", new byte[1]))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContaining("a file is where a directory");
    } else {
      put("dir", content(12, 7));
      assertThat(bytes(store.get(directory))).isEqualTo(content(12, 7));
    }
    if (fixture.isPosix() || fixture.hasFreeKeys()) {
      assertThat(keys(prefix.append("dir/"))).containsExactly("dir/child");
    }
  }

  @Test
  void aKeyThatEndsWithASlashNamesNoObject() throws IOException {
    for (Location location : List.of(prefix, prefix.append("a/"), prefix.withKey(""))) {
      assertThat(store.exists(location)).isFalse();
      assertThatThrownBy(() -> store.stat(location)).isInstanceOf(NotFoundException.class);
      assertThatThrownBy(
              () -> store.read(new ReadRequest(location, "", 0, ByteBuffer.allocateDirect(1))))
          .isInstanceOf(NotFoundException.class);
      assertThatThrownBy(() -> store.put(location, direct(new byte[1]), WriterOptions.DEFAULT))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("Cannot put " + location);
      assertThatThrownBy(() -> store.createWriter(location, WriterOptions.DEFAULT))
          .isInstanceOf(StorageException.class);
    }
    assertThat(fixture.isUntouched(prefix)).isTrue();
  }

  @Test
  void aReadGoesOnWhereTheTargetStands() throws IOException {
    byte[] content = content(13, 20_000);
    ObjectInfo object = put("object", content);
    ByteBuffer target = alignedTarget(20_000);

    store.read(ReadRequest.of(object, 0, target.limit(7_001)));
    store.read(ReadRequest.of(object, target.position(), target.limit(20_000)));

    assertThat(bytes(target.flip())).isEqualTo(content);
  }

  @Test
  void manyThreadsReadOneObject() throws Exception {
    byte[] content = content(14, 300_001);
    ObjectInfo object = put("object", content);

    inParallel(
        8,
        thread -> {
          for (int i = 0; i < 20; i++) {
            int offset = (thread * 7919 + i * 104_729) % 200_000;
            assertThat(read(object, offset, 100_000))
                .isEqualTo(Arrays.copyOfRange(content, offset, offset + 100_000));
          }
          return true;
        });
  }

  @Test
  void anOverwrittenObjectHasChanged() throws IOException {
    ObjectInfo old = put("object", content(15, 9_000));
    ObjectInfo now = put("object", content(16, 9_000));

    assertThat(now.etag()).isNotEqualTo(old.etag());
    ByteBuffer target = ByteBuffer.allocateDirect(100);
    assertThatThrownBy(() -> store.read(ReadRequest.of(old, 50, target)))
        .isInstanceOf(ObjectChangedException.class)
        .hasMessageContaining("Cannot read " + old.location());
    assertThat(target.position()).as("no byte of another version counts").isZero();
    assertThat(read(now, 0, 9_000)).isEqualTo(content(16, 9_000));
  }

  @Test
  void aShrunkObjectHasChangedOrIsTruncated() throws IOException {
    ObjectInfo old = put("object", content(17, 9_000));
    put("object", content(17, 5_000));
    ByteBuffer target = ByteBuffer.allocateDirect(9_000);

    assertThatThrownBy(() -> store.read(ReadRequest.of(old, 0, target)))
        .isInstanceOf(ObjectChangedException.class);
    assertThat(target.position()).isZero();
    assertThatThrownBy(() -> store.read(new ReadRequest(old.location(), "", 0, target)))
        .isInstanceOf(TruncatedException.class);
    assertThat(bytes(target.flip())).isEqualTo(content(17, 5_000));
  }

  @Test
  void aDeletedObjectIsNotFoundWhateverItsVersion() throws IOException {
    ObjectInfo object = put("object", content(18, 10));
    store.delete(object.location());

    assertThatThrownBy(() -> read(object, 0, 10)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void anUntouchedObjectKeepsItsEtag() throws IOException {
    ObjectInfo object = put("object", content(19, 10));
    put("other", content(20, 10));
    read(object, 0, 10);

    assertTold(object);
    assertThat(object.etag()).isNotEmpty();
    assertThat(store.stat(prefix.append("other")).etag()).isNotEqualTo(object.etag());
  }
}
