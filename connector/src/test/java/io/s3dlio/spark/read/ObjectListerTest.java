package io.s3dlio.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.StoreConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectListerTest {
  private static final ListSettings RECURSIVE = new ListSettings(true, StoreConfig.DEFAULT, 100);
  private static final ListSettings FLAT = new ListSettings(false, StoreConfig.DEFAULT, 100);

  @Test
  void aPathIsAnObjectOrThePrefixWithASlashButNeverASibling() throws IOException {
    FakeStore store = FakeStore.of("s3://b/train", "s3://b/train/x", "s3://b/train2/y");

    assertThat(list(store, RECURSIVE, "s3://b/train")).containsExactly("s3://b/train");
    assertThat(list(store, RECURSIVE, "s3://b/train/")).containsExactly("s3://b/train/x");
    assertThat(list(FakeStore.of("s3://b/train/x", "s3://b/train2/y"), RECURSIVE, "s3://b/train"))
        .containsExactly("s3://b/train/x");
  }

  @Test
  void aContainerIsListedFromItsRootWithoutAskingForAnObject() throws IOException {
    FakeStore store = FakeStore.of("s3://b/x", "s3://b/y/z", "s3://other/q");

    assertThat(list(store, RECURSIVE, "s3://b")).containsExactly("s3://b/x", "s3://b/y/z");
    assertThat(store.stats).hasValue(0);
  }

  @Test
  void hiddenNamesAreLeftOutBelowThePathButNotInIt() throws IOException {
    FakeStore store =
        FakeStore.of(
            "s3://b/_x/.y/a", "s3://b/_x/.y/_b", "s3://b/_x/.y/_c/d", "s3://b/_x/.y/_k=v/e");

    assertThat(list(store, RECURSIVE, "s3://b/_x/.y"))
        .containsExactly("s3://b/_x/.y/_k=v/e", "s3://b/_x/.y/a");
    assertThat(list(store, RECURSIVE, "s3://b/_x/.y/_b")).containsExactly("s3://b/_x/.y/_b");
    assertThat(list(store, RECURSIVE, "s3://b")).isEmpty();
  }

  @Test
  void withoutRecursionFurtherSlashesAreNotFollowed() throws IOException {
    FakeStore store = FakeStore.of("s3://b/d/a", "s3://b/d/e/f");

    assertThat(list(store, FLAT, "s3://b/d")).containsExactly("s3://b/d/a");
  }

  @Test
  void aRecursiveListingHasEachObjectOnceWhateverPathsOverlap() throws IOException {
    FakeStore store = FakeStore.of("s3://b/d/a", "s3://b/d/e/f", "s3://b/d/_h/g", "s3://b/d2/i");

    assertThat(
            list(
                store,
                RECURSIVE,
                "s3://b/d/a",
                "s3://b/d/e",
                "s3://b/d",
                "s3://b/d/",
                "s3://b/d/_h",
                "s3://b/d2/i",
                "s3://b/d2/i"))
        .containsExactlyInAnyOrder("s3://b/d/a", "s3://b/d/e/f", "s3://b/d/_h/g", "s3://b/d2/i");
    assertThat(list(store, RECURSIVE, "s3://b/d/e", "s3://b"))
        .containsExactly("s3://b/d/a", "s3://b/d/e/f", "s3://b/d2/i");
  }

  @Test
  void withoutRecursionAnObjectIsListedForEachPathThatNamesIt() throws IOException {
    FakeStore store = FakeStore.of("s3://b/d/a", "s3://b/d/c");

    assertThat(list(store, FLAT, "s3://b/d", "s3://b/d/a"))
        .containsExactly("s3://b/d/a", "s3://b/d/c", "s3://b/d/a");
  }

  @Test
  void pathsOfSeveralContainersKeepTheirOrderAndTheirTables() throws IOException {
    FakeStore store = FakeStore.of("s3://b/d/a", "s3://c/d/a", "s3://b/d/b");

    ObjectIndex index =
        index(store, RECURSIVE, "s3://b/d/b", "s3://b/d/a", "s3://c/d/", "s3://c/d/a");

    assertThat(paths(index)).containsExactly("s3://b/d/b", "s3://b/d/a", "s3://c/d/a");
    assertThat(index.tables()).hasSize(2);
  }

  @Test
  void everythingTheStoreSaidComesBackFromTheTable() throws IOException {
    String key = "s3://b/d/ä 100%/a+b?c#d/😀";
    FakeStore store = new FakeStore().add(key, 3L << 40);

    ObjectTable table = index(store, RECURSIVE, "s3://b/d").tables().get(0);

    assertThat(table.location(0)).isEqualTo(Location.parse(key));
    assertThat(new String(table.path(0), java.nio.charset.StandardCharsets.UTF_8)).isEqualTo(key);
    assertThat(table.pathLength(0)).isEqualTo(table.path(0).length);
    assertThat(table.length(0)).isEqualTo(3L << 40);
    assertThat(table.etag(0)).isEqualTo("e-" + (3L << 40));
    assertThat(table.modified(0)).isEqualTo(1_706_933_106_789_012L);
  }

  @Test
  void theIndexSumsWhatItHolds() throws IOException {
    FakeStore store = new FakeStore().add("s3://b/a", 3).add("s3://b/bc", 0).add("s3://c/d", 4);

    ObjectIndex index = index(store, RECURSIVE, "s3://b", "s3://c");

    assertThat(index.objects()).isEqualTo(3);
    assertThat(index.bytes()).isEqualTo(7);
    assertThat(index.pathBytes()).isEqualTo("s3://b/as3://b/bcs3://c/d".length());
  }

  @Test
  void aPathThatNamesNothingFailsWithTheRemedy() {
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> list(new FakeStore(), RECURSIVE, "s3://b/train"))
        .withMessage(
            "Cannot list s3://b/train/: there is no such object or prefix. Check the path");
  }

  @Test
  void anEmptyDirectoryIsAnEmptyListing(@TempDir Path directory) throws IOException {
    assertThat(list(new FakeStore(), RECURSIVE, directory.toString())).isEmpty();
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> list(new FakeStore(), RECURSIVE, directory + "/none"));
  }

  @Test
  void aListingOverTheLimitFailsWithTheRemedy() throws IOException {
    FakeStore store =
        FakeStore.of(IntStream.range(0, 101).mapToObj(i -> "s3://b/" + i).toArray(String[]::new));

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> list(store, RECURSIVE, "s3://b"))
        .withMessageStartingWith("Cannot list s3://b/99: the read has more than 100 objects")
        .withMessageEndingWith("Read a narrower path or raise the option maxListedObjects");
    assertThat(list(store, new ListSettings(true, StoreConfig.DEFAULT, 101), "s3://b"))
        .hasSize(101);
  }

  @Test
  void thePlainPartOfAPatternNarrowsWhatIsListed() throws IOException {
    FakeStore store =
        FakeStore.of(
            "s3://b/train/part-0/1.bin",
            "s3://b/train/part-0/deep/1.bin",
            "s3://b/train/part-1/2.bin",
            "s3://b/train/other/3.bin",
            "s3://b/test/part-0/4.bin");

    assertThat(list(store, RECURSIVE, "s3://b/train/part-*/?.bin"))
        .containsExactly("s3://b/train/part-0/1.bin", "s3://b/train/part-1/2.bin");
    assertThat(store.listings).hasValue(3);
    assertThat(store.listed).as("two directories, then what is in them").hasValue(2 + 3);
    assertThat(store.stats).hasValue(0);
  }

  @Test
  void aStarAtTheEndIsOneListing() throws IOException {
    FakeStore store = FakeStore.of("s3://b/d/a", "s3://b/d/e/f", "s3://b/d/_h/g", "s3://b/d2/i");

    assertThat(list(store, RECURSIVE, "s3://b/d/*")).containsExactly("s3://b/d/a", "s3://b/d/e/f");
    assertThat(store.listings).hasValue(1);
    assertThat(list(store, FLAT, "s3://b/*")).containsExactly("s3://b/d/a", "s3://b/d2/i");
  }

  @Test
  void aRecursiveListingHasEachObjectOnceWhateverPatternsOverlap() throws IOException {
    String[] objects = {"s3://b/d/a", "s3://b/d/ab/x", "s3://b/d/ab/_y", "s3://b/d/c/z"};
    String[][] loads = {
      {"s3://b/d/*", "s3://b/d/a*"},
      {"s3://b/d/a*", "s3://b/d/*"},
      {"s3://b/d/a", "s3://b/d/ab/x", "s3://b/d/*"},
      {"s3://b/d/{a,c}*", "s3://b/d/{ab,c}", "s3://b/d/*/?"},
      {"s3://b/d", "s3://b/d/*", "s3://b/*/a*", "s3://b/*"},
      {"s3://b/d/*/", "s3://b/d/a", "s3://b/d/ab/*"}
    };
    for (String[] load : loads) {
      assertThat(list(FakeStore.of(objects), RECURSIVE, load))
          .as("%s", List.of(load))
          .containsExactlyInAnyOrder("s3://b/d/a", "s3://b/d/ab/x", "s3://b/d/c/z");
    }
    assertThat(list(FakeStore.of(objects), RECURSIVE, "s3://b/d", "s3://b/d/ab/{_y,x}"))
        .containsExactlyInAnyOrder("s3://b/d/a", "s3://b/d/ab/x", "s3://b/d/ab/_y", "s3://b/d/c/z");
  }

  @Test
  void keysWithSpecialCharactersAreReadBehindBackslashesOrWithoutGlobs() throws IOException {
    String key = "s3://b/d/[0]{a,b}*?\\z";
    FakeStore store = FakeStore.of(key);
    ListSettings plain =
        new ListSettings(
            true,
            StoreConfig.DEFAULT,
            100,
            ObjectFilter.ALL,
            false,
            Optional.empty(),
            PartitionColumns.NONE);

    assertThat(list(store, plain, key)).containsExactly(key);
    assertThat(list(store, RECURSIVE, "s3://b/d/\\[0\\]\\{a\\,b\\}\\*\\?\\\\z"))
        .containsExactly(key);
  }

  @Test
  void manyPathsOfOneDirectoryAreFoundByListingIt() throws IOException {
    String[] objects = new String[100_000];
    for (int i = 0; i < objects.length; i++) {
      objects[i] = "s3://b/d/%06d".formatted(i);
    }
    FakeStore store = FakeStore.of(objects);
    ListSettings many = new ListSettings(true, StoreConfig.DEFAULT, 1_000_000);

    assertThat(list(store, many, objects)).containsExactly(objects);
    assertThat(store.stats).hasValue(0);
    assertThat(store.listings).hasValue(1);
  }

  @Test
  void fewOfManyObjectsAreAskedForOnceABoundIsListed() throws IOException {
    FakeStore store = new FakeStore();
    String[] wanted = new String[NamedPaths.MANY];
    for (int i = 0; i < 200 * wanted.length; i++) {
      store.add("s3://b/d/%06d".formatted(i), 1);
    }
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = "s3://b/d/%06d".formatted(200 * i);
    }

    assertThat(list(store, RECURSIVE, wanted)).containsExactly(wanted);
    assertThat(store.listed).hasValue(NamedPaths.LISTED_FOR_EACH * wanted.length);
    assertThat(store.stats.get()).isBetween(1, wanted.length - 1);
  }

  @Test
  void manyPathsMayBeObjectsAndPrefixesAndBoth() throws IOException {
    FakeStore store = new FakeStore();
    List<String> wanted = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < NamedPaths.MANY; i++) {
      String path = "s3://b/d/%03d".formatted(i);
      wanted.add(path);
      if (i % 3 > 0) {
        store.add(path, 1);
        expected.add(path);
      }
      if (i % 3 < 2) {
        store.add(path + "/below", 1);
        if (i % 3 == 0) {
          expected.add(path + "/below");
        }
      }
    }

    assertThat(list(store, RECURSIVE, wanted.toArray(new String[0])))
        .containsExactlyElementsOf(expected);
    assertThat(store.stats).hasValue(0);
    wanted.add("s3://b/d/none");
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> list(store, RECURSIVE, wanted.toArray(new String[0])))
        .withMessageContaining("s3://b/d/none/");
  }

  private static List<String> list(FakeStore store, ListSettings settings, String... paths)
      throws IOException {
    return paths(index(store, settings, paths));
  }

  private static ObjectIndex index(FakeStore store, ListSettings settings, String... paths)
      throws IOException {
    return ObjectLister.list(
        Stream.of(paths).map(Location::parse).toList(), settings, (location, config) -> store);
  }

  private static List<String> paths(ObjectIndex index) {
    List<String> paths = new ArrayList<>();
    for (ObjectTable table : index.tables()) {
      for (int i = 0; i < table.size(); i++) {
        paths.add(table.location(i).toString());
      }
    }
    return paths;
  }
}
