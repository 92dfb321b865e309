package io.s3dlio.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every store promises of keys and listings. */
abstract class ListContract extends ReadContract {
  @Test
  void keysAreText() throws IOException {
    Set<String> all =
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
    List<String> keys =
        all.stream().filter(key -> fixture.hasBackslashes() || !key.contains("\\")).toList();
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
  void aListingIsInTheOrderOfTheStore() throws IOException {
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
  void aLevelHasItsObjectsAndItsDirectories() throws IOException {
    List<String> keys = listable();
    putAll(keys);

    for (String start : List.of("", "tr", "train", "train/", "a", "a/", "z", "none/")) {
      for (String after : List.of("", "a.b.c/", "a/c", "a/c/", "a0", "train", "train/2", "zz")) {
        List<ObjectInfo> entries =
            list(prefix.append(start), new ListOptions(false, prefix.append(after).key(), true));
        List<String> objects =
            keys(entries.stream().filter(entry -> !entry.isDirectory()).toList());
        List<String> directories = keys(entries.stream().filter(ObjectInfo::isDirectory).toList());

        assertThat(objects)
            .as("objects of '%s' after '%s'", start, after)
            .containsExactlyElementsOf(
                sorted(
                    keys.stream()
                        .filter(key -> key.startsWith(start) && compareBytes(key, after) > 0)
                        .filter(key -> key.indexOf('/', start.length()) < 0)
                        .toList()));
        assertThat(directories)
            .as("directories of '%s' after '%s'", start, after)
            .containsAll(directoriesAfter(keys, start, after))
            .isSubsetOf(directoriesAfter(keys, start, ""))
            .doesNotHaveDuplicates()
            .isEqualTo(sorted(directories));
      }
    }
    assertThat(list(prefix, ListOptions.LEVEL))
        .allSatisfy(
            entry ->
                assertThat(entry)
                    .isEqualTo(
                        entry.isDirectory()
                            ? ObjectInfo.directory(entry.location())
                            : store.stat(entry.location())));
  }

  private static List<String> directoriesAfter(List<String> keys, String start, String after) {
    return keys.stream()
        .filter(key -> key.startsWith(start) && key.indexOf('/', start.length()) >= 0)
        .map(key -> key.substring(0, key.indexOf('/', start.length()) + 1))
        .filter(directory -> compareBytes(directory, after) > 0)
        .distinct()
        .toList();
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

  private List<String> listable() {
    // A POSIX name is a file or a directory, not both.
    return !fixture.hasFreeKeys()
        ? KEYS.stream()
            .filter(key -> KEYS.stream().noneMatch(k -> k.startsWith(key + "/")))
            .toList()
        : KEYS;
  }
}
