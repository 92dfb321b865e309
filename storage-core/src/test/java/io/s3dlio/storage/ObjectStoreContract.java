package io.s3dlio.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * What every store promises. A store's own test extends this and brings a {@link Fixture}; what is
 * particular to one store belongs in that test.
 */
public abstract class ObjectStoreContract {
  /** One store and a place in it. */
  public interface Fixture {
    /** Opens the store. */
    ObjectStore open() throws IOException;

    /** Returns a prefix, ending with a slash, below which there is nothing. */
    Location freshPrefix() throws IOException;

    /** Returns whether directories exist, so that no object can be where one is. */
    boolean isPosix();

    /**
     * Returns whether a listing shows objects below the name of another, and a name may be empty:
     * every store that knows no directories does, but for some servers.
     */
    default boolean hasFreeKeys() {
      return !isPosix();
    }

    /** Returns a size at which the store begins another part or piece. */
    int partSize();

    /**
     * Returns a key below the prefix that the store refuses to delete, even though it is absent.
     */
    Location refused(Location prefix);

    /** Returns why the backend, which is not ours, cannot pass some tests, by their names. */
    default Map<String, String> unable() {
      return Map.of();
    }

    /** Returns whether the backend holds nothing at all below the prefix, unfinished or whole. */
    boolean isUntouched(Location prefix) throws IOException;
  }

  private static final WriterOptions NOT_REPLACING =
      WriterOptions.DEFAULT.withReplaceExisting(false);

  protected Fixture fixture;
  protected ObjectStore store;
  protected Location prefix;

  /** Returns what the tests run against; asked once for each test. */
  protected abstract Fixture fixture() throws IOException;

  @BeforeEach
  void openStore(TestInfo test) throws IOException {
    fixture = fixture();
    store = fixture.open();
    prefix = fixture.freshPrefix();
    String name = test.getTestMethod().orElseThrow().getName();
    String reason = fixture.unable().get(name);
    Assumptions.assumeTrue(reason == null, reason);
  }

  @AfterEach
  void closeStore() {
    store.close();
    store.close();
  }

  // ---- reading

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

  // ---- versions

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

  // ---- keys and listing

  @Test
  void keysAreText() throws IOException {
    Set<String> keys =
        Set.of(
            "a b",
            " lead and trail ",
            "100%",
            "%41%2F",
            "a+b",
            "a?versionId=1",
            "a#fragment",
            "it's \"quoted\"",
            "back\\slash",
            ".hidden",
            "..dots",
            "a;b&c=d,e:f@g!h$i*j(k)[l]{m}|n^o`p~q<r>",
            "tab\tand\nnewline",
            "gr\u00fc\u00dfe/\u65e5\u672c\u8a9e",
            "combining e\u0301",
            "\ud834\udd1e clef",
            "\uffee beyond",
            "deep/" + "0123456789/".repeat(20) + "leaf",
            "x".repeat(200));
    for (String key : keys) {
      put(key, key.getBytes(UTF_8));
    }

    assertThat(keys(prefix)).containsExactlyInAnyOrderElementsOf(keys);
    for (String key : keys) {
      Location location = prefix.append(key);
      assertThat(bytes(store.get(location))).as(key).isEqualTo(key.getBytes(UTF_8));
      assertThat(list(location, ListOptions.RECURSIVE)).as(key).contains(store.stat(location));
      store.delete(location);
      assertThat(store.exists(location)).as(key).isFalse();
    }
    assertThat(keys(prefix)).isEmpty();
  }

  @Test
  void repeatedSlashesNameWhatTheStoreSaysTheyDo() throws IOException {
    byte[] content = content(20, 5);
    if (!fixture.isPosix() && !fixture.hasFreeKeys()) {
      assertThatThrownBy(() -> put("a//b", content))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("a//b");
      return;
    }
    put("a//b", content);

    assertThat(bytes(store.get(prefix.append("a//b")))).isEqualTo(content);
    assertThat(store.exists(prefix.append("a/b"))).isEqualTo(fixture.isPosix());
    assertThat(keys(prefix.append("a//"))).containsExactly("a//b");
    store.delete(prefix.append("a//b"));
    assertThat(keys(prefix)).isEmpty();
  }

  /** Chosen so that a directory comes after names which its own name begins. */
  private static final List<String> KEYS =
      List.of(
          "a!",
          "a-b",
          "a.b",
          "a.b.c/x",
          "a/b",
          "a/b-c",
          "a/c/d",
          "a/c.d",
          "a/\u00e9",
          "a0",
          "aa/a",
          "b",
          "train/1",
          "train/2/3",
          "train2/1",
          "tr",
          "trace.bin",
          "z\u00e9",
          "z\uffee",
          "z\ud834\udd1e",
          "z\ud834\udd1e/x/y",
          "zz");

  private void putAll(List<String> keys) throws IOException {
    List<String> shuffled = new ArrayList<>(keys);
    Collections.shuffle(shuffled, new Random(1));
    for (String key : shuffled) {
      put(key, key.getBytes(UTF_8));
    }
  }

  @Test
  void listingIsInTheOrderOfUtf8Bytes() throws IOException {
    List<String> keys = listable();
    putAll(keys);

    assertThat(keys(prefix)).containsExactlyElementsOf(sorted(keys));
  }

  @Test
  void aListedObjectIsAsStatTellsIt() throws IOException {
    put("a/b", content(21, 77));
    put("c", content(22, 5));

    assertThat(list(prefix, ListOptions.RECURSIVE))
        .containsExactly(store.stat(prefix.append("a/b")), store.stat(prefix.append("c")));
  }

  @Test
  void aPrefixIsText() throws IOException {
    List<String> keys = listable();
    putAll(keys);

    for (String start :
        List.of("tr", "train", "train/", "train2", "trace.bin", "a", "a/", "a/c", "z", "zz", "q")) {
      assertThat(keys(prefix.append(start)))
          .as(start)
          .containsExactlyElementsOf(
              sorted(keys.stream().filter(key -> key.startsWith(start)).toList()));
    }
  }

  @Test
  void aFlatListingStopsAtTheNextSlash() throws IOException {
    List<String> keys = listable();
    putAll(keys);

    for (String start : List.of("", "tr", "train", "train/", "a", "a/", "z")) {
      assertThat(keys(list(prefix.append(start), ListOptions.FLAT)))
          .as(start)
          .containsExactlyElementsOf(
              sorted(
                  keys.stream()
                      .filter(key -> key.startsWith(start))
                      .filter(key -> key.indexOf('/', start.length()) < 0)
                      .toList()));
    }
  }

  @Test
  void aListingStartsAfterAnyKey() throws IOException {
    List<String> keys = listable();
    putAll(keys);
    List<String> starts = new ArrayList<>(keys);
    starts.addAll(List.of("", "a/", "a/b0", "a/c/", "a/c/c", "a/c/d/e", "a/zzz", "train/2", "zzz"));

    for (String start : starts) {
      for (boolean recursive : new boolean[] {true, false}) {
        String after = prefix.append(start).key();
        assertThat(keys(list(prefix, new ListOptions(recursive, after))))
            .as("%s, recursive %s", start, recursive)
            .containsExactlyElementsOf(
                sorted(
                    keys.stream()
                        .filter(key -> compareBytes(key, start) > 0)
                        .filter(key -> recursive || key.indexOf('/') < 0)
                        .toList()));
      }
    }
    assertThat(list(prefix, new ListOptions(true, ""))).hasSameSizeAs(keys);
    assertThat(list(prefix.append("a"), new ListOptions(true, prefix.append("b").key()))).isEmpty();
  }

  @Test
  void aMissingPrefixIsAnEmptyListing() throws IOException {
    put("file", content(23, 1));

    assertThat(keys(prefix.append("missing"))).isEmpty();
    assertThat(keys(prefix.append("missing/deeper/"))).isEmpty();
    assertThat(keys(prefix.append("file/"))).isEmpty();
    assertThat(keys(prefix.append("file/below/"))).isEmpty();
    assertThat(keys(prefix.append("file/below/deeper"))).isEmpty();
    assertThat(keys(list(prefix.append("missing/"), ListOptions.FLAT))).isEmpty();
  }

  @Test
  void aListingEndsAndCanBeClosedEarly() throws IOException {
    putAll(listable());
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      assertThat(listing.hasNext()).isTrue();
      assertThat(listing.hasNext()).as("asking moves nothing").isTrue();
      assertThat(listing.next().location()).isEqualTo(prefix.append("a!"));
    }
    ObjectListing listing = store.list(prefix.append("zz"), ListOptions.RECURSIVE);
    assertThat(listing.next().location()).isEqualTo(prefix.append("zz"));
    assertThat(listing.hasNext()).isFalse();
    assertThatThrownBy(listing::next).isInstanceOf(NoSuchElementException.class);
    listing.close();
    listing.close();
  }

  @Test
  void aListingOfManyObjectsIsComplete() throws IOException {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 1_100; i++) {
      keys.add("%s/%04d".formatted(i % 3 == 0 ? "even" : "odd", i));
    }
    for (String key : keys) {
      store.put(prefix.append(key), direct(new byte[0]), WriterOptions.DEFAULT);
    }

    assertThat(keys(prefix)).containsExactlyElementsOf(sorted(keys));
  }

  // ---- writing

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

  // ---- deleting

  @Test
  void deletingWhatIsNotThereSucceeds() throws IOException {
    put("object", content(43, 1));

    store.delete(prefix.append("object"));
    store.delete(prefix.append("object"));
    store.delete(prefix.append("never/was"));
    put("file", content(43, 1));
    store.delete(prefix.append("file/below"));
    assertThat(keys(prefix)).containsExactly("file");
  }

  @Test
  void aBatchOfDeletesRemovesAllOfThem() throws IOException {
    List<Location> locations = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      locations.add(put("dir/%d +%%".formatted(i), new byte[0]).location());
    }
    put("kept", new byte[0]);
    locations.add(prefix.append("missing"));
    locations.add(locations.get(0));

    store.deleteBatch(locations);
    store.deleteBatch(List.of());

    assertThat(keys(prefix)).containsExactly("kept");
  }

  @Test
  void aBatchOfDeletesGoesOnAfterAFailureAndTellsEachOne() throws IOException {
    Location first = put("first", new byte[0]).location();
    Location last = put("last", new byte[0]).location();
    Location refused = fixture.refused(prefix);
    Location alsoRefused = fixture.refused(prefix.append("b"));

    BatchDeleteException failure =
        catchThrowableOfType(
            BatchDeleteException.class,
            () -> store.deleteBatch(List.of(first, refused, alsoRefused, last)));

    assertThat(failure.failures()).containsOnlyKeys(refused, alsoRefused);
    assertThat(failure).hasMessageContaining("Cannot delete ").hasMessageContaining("1 more");
    assertThat(keys(prefix)).isEmpty();
  }

  @Test
  void aLocationOfAnotherStoreIsRefused() {
    Location elsewhere =
        new Location(prefix.isLocal() ? "s3" : "file", prefix.isLocal() ? "b" : "", "k");

    assertThatThrownBy(() -> store.stat(elsewhere)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.list(elsewhere, ListOptions.FLAT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.delete(elsewhere)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.put(elsewhere, direct(new byte[1]), WriterOptions.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(elsewhere.toString());
  }

  // ---- for the tests of single stores

  /** Writes an object below the prefix. */
  protected final ObjectInfo put(String key, byte[] content) throws IOException {
    return store.put(prefix.append(key), direct(content), WriterOptions.DEFAULT);
  }

  /** Returns the keys below a prefix, the test's own prefix cut off. */
  protected final List<String> keys(Location below) throws IOException {
    return keys(list(below, ListOptions.RECURSIVE));
  }

  /** Reads a range of one version into memory that is nowhere aligned. */
  protected final byte[] read(ObjectInfo object, long offset, int length) throws IOException {
    ByteBuffer target = alignedTarget(length + 3).position(3);
    store.read(ReadRequest.of(object, offset, target));
    return bytes(target.position(3));
  }

  /** Returns bytes that differ from seed to seed. */
  protected static byte[] content(long seed, int length) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    return content;
  }

  protected static ByteBuffer direct(byte[] content) {
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  /** Returns the remaining bytes and leaves the buffer as it is. */
  protected static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }

  /** A write's own word agrees with the store's; the time is that of the store's clock. */
  private void assertTold(ObjectInfo written) throws IOException {
    ObjectInfo there = store.stat(written.location());
    assertThat(written.length()).isEqualTo(there.length());
    assertThat(written.etag()).isEqualTo(there.etag());
    assertThat(written.lastModified())
        .isCloseTo(there.lastModified(), within(1, ChronoUnit.MINUTES));
  }

  private StagedObject stage(Location location, byte[] content, WriterOptions options)
      throws IOException {
    try (ObjectWriter writer = store.createWriter(location, options)) {
      writer.write(direct(content));
      return writer.stage();
    }
  }

  private ObjectInfo at(String key) {
    return new ObjectInfo(prefix.append(key), 0, Instant.EPOCH, "");
  }

  private List<ObjectInfo> list(Location below, ListOptions options) throws IOException {
    List<ObjectInfo> objects = new ArrayList<>();
    try (ObjectListing listing = store.list(below, options)) {
      while (listing.hasNext()) {
        objects.add(listing.next());
      }
    }
    return objects;
  }

  private List<String> keys(List<ObjectInfo> objects) {
    return objects.stream()
        .map(object -> object.location().key().substring(prefix.key().length()))
        .toList();
  }

  private List<String> listable() {
    // A POSIX name is a file or a directory, not both.
    return !fixture.hasFreeKeys()
        ? KEYS.stream()
            .filter(key -> KEYS.stream().noneMatch(k -> k.startsWith(key + "/")))
            .toList()
        : KEYS;
  }

  private static List<String> sorted(List<String> keys) {
    return keys.stream().sorted(ObjectStoreContract::compareBytes).toList();
  }

  private static int compareBytes(String left, String right) {
    return Arrays.compareUnsigned(left.getBytes(UTF_8), right.getBytes(UTF_8));
  }

  private static ByteBuffer alignedTarget(int length) {
    ByteBuffer memory = ByteBuffer.allocateDirect(length + 4096);
    return memory.slice(4096 - memory.alignmentOffset(0, 4096), length);
  }

  private static byte[] filled(ByteBuffer buffer) {
    byte[] filling = filled(buffer.capacity(), 0x5a);
    buffer.duplicate().clear().put(filling);
    return filling;
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** Work of one of several threads. */
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
