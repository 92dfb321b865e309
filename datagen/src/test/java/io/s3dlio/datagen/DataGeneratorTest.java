package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.datagen.DataGenerator.Progress;
import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameSync;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DataGeneratorTest {
  private static final long SIZE = 10_001;

  private final Path directory;
  private final CancellationToken token = new CancellationToken();

  DataGeneratorTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void everyObjectIsWrittenUnderItsNameWithBytesOfItsOwn() throws IOException {
    Progress progress = put("data", PutOptions.DEFAULT, 12);
    assertThat(progress).isEqualTo(new Progress(12, 12 * SIZE, 12));
    Map<String, String> files = files("data");
    assertThat(files).hasSize(12);
    for (int index = 0; index < 12; index++) {
      String name = "sample_%06d.npz".formatted(index);
      ByteBuffer expected = ByteBuffer.allocate((int) SIZE);
      new ObjectSpec(index, name, SIZE, ObjectType.RANDOM).source(42).fill(0, expected);
      assertThat(directory.resolve("data").resolve(name)).hasBinaryContent(expected.array());
    }
    assertThat(files.values()).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({"1, 1000", "7, 4096", "64, 8388608", "3, 1"})
  void theBytesDoNotDependOnHowTheyAreWritten(int maxConcurrency, int partSize) throws IOException {
    put("one", PutOptions.DEFAULT, 5);
    put(
        "other",
        new PutOptions(OnExisting.ERROR, maxConcurrency, partSize, 1, WriterOptions.DEFAULT),
        5);
    assertThat(files("other")).isEqualTo(files("one")).hasSize(5);
  }

  @Test
  void thePayloadIsThatOfEveryObject() throws IOException {
    Payload payload = Payload.DEFAULT.withRecords(3).withFactors(new Factors(2, 1.5));
    try (ObjectStore store = store()) {
      new DataGenerator(store)
          .withPayload(payload)
          .putMany(prefix("data"), "{}", 2, ObjectType.NPZ, SIZE);
    }
    ByteBuffer expected = ByteBuffer.allocate((int) SIZE);
    new ObjectSpec(1, "1", SIZE, ObjectType.NPZ, payload).source(0).fill(0, expected);
    assertThat(directory.resolve("data/1")).hasBinaryContent(expected.array());
  }

  @Test
  void anotherSeedGivesOtherBytes() throws IOException {
    Location prefix = prefix("seeds");
    try (ObjectStore store = store()) {
      new DataGenerator(store).putMany(prefix, "zero", 1, ObjectType.RANDOM, SIZE);
      new DataGenerator(store).withSeed(0).putMany(prefix, "0", 1, ObjectType.RANDOM, SIZE);
      new DataGenerator(store).withSeed(1).putMany(prefix, "1", 1, ObjectType.RANDOM, SIZE);
    }
    Map<String, String> files = files("seeds");
    assertThat(files.get("zero")).isEqualTo(files.get("0")).isNotEqualTo(files.get("1"));
  }

  @Test
  void zerosAreZeros() throws IOException {
    try (ObjectStore store = store()) {
      new DataGenerator(store).putMany(prefix("zeros"), "{}", 2, ObjectType.ZEROS, SIZE);
    }
    for (String name : List.of("0", "1")) {
      assertThat(directory.resolve("zeros").resolve(name)).hasBinaryContent(new byte[(int) SIZE]);
    }
  }

  @Test
  void progressIsToldOneObjectAtATime() throws IOException {
    List<Progress> told = new ArrayList<>();
    Progress last;
    try (ObjectStore store = store()) {
      last =
          new DataGenerator(store)
              .putMany(
                  prefix("p"),
                  "{}",
                  200,
                  ObjectType.ZEROS,
                  SizeDistribution.of(3),
                  told::add,
                  token);
    }
    assertThat(told).hasSize(200).last().isEqualTo(last);
    for (int i = 0; i < 200; i++) {
      assertThat(told.get(i)).isEqualTo(new Progress(i + 1, 3L * (i + 1), 200));
    }
  }

  @Test
  void noObjectsAreNoWork() throws IOException {
    assertThat(put("none", PutOptions.DEFAULT, 0)).isEqualTo(new Progress(0, 0, 0));
    assertThat(directory.resolve("none")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"same.bin", "../{}", "/{}", "{:06d", "{x}{}", "a\n{}", "_{}"})
  void badTemplatesFailBeforeAnythingIsWritten(String template) throws IOException {
    try (ObjectStore store = store()) {
      assertThatThrownBy(
              () ->
                  new DataGenerator(store).putMany(prefix("bad"), template, 2, ObjectType.ZEROS, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Invalid name template: ");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void negativeNumbersAreRefused() throws IOException {
    try (ObjectStore store = store()) {
      DataGenerator generator = new DataGenerator(store);
      assertThatThrownBy(() -> generator.putMany(prefix("n"), "{}", -1, ObjectType.ZEROS, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid count: -1 (must be >= 0)");
      assertThatThrownBy(() -> generator.putMany(prefix("n"), "{}", 0, ObjectType.ZEROS, -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid size: -1 (must be >= 0)");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aSecondRunCompletesWhatTheFirstLeft() throws IOException {
    put("data", PutOptions.DEFAULT, 20);
    Map<String, String> whole = files("data");
    for (int index : List.of(0, 7, 19)) {
      Files.delete(directory.resolve("data/sample_%06d.npz".formatted(index)));
    }
    assertThat(put("data", PutOptions.DEFAULT, 20)).isEqualTo(new Progress(20, 20 * SIZE, 20));
    assertThat(files("data")).isEqualTo(whole);
  }

  @Test
  void anObjectOfAnotherJobIsNotReplaced() throws IOException {
    Path foreign = directory.resolve("data/sample_000003.npz");
    Files.createDirectories(foreign.getParent());
    Files.writeString(foreign, "precious");
    assertThatThrownBy(() -> put("data", PutOptions.DEFAULT, 20))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("sample_000003.npz");
    assertThat(foreign).hasContent("precious");
  }

  @Test
  void cancellingStopsTheWorkWithWholeObjectsOnly() throws IOException {
    try (ObjectStore store = store()) {
      DataGenerator generator =
          new DataGenerator(store)
              .withOptions(new PutOptions(OnExisting.ERROR, 2, 4096, 1, WriterOptions.DEFAULT));
      assertThatThrownBy(
              () ->
                  generator.putMany(
                      prefix("data"),
                      "{}",
                      1_000_000,
                      ObjectType.RANDOM,
                      SizeDistribution.of(SIZE),
                      progress -> {
                        if (progress.objects() == 5) {
                          token.cancel();
                        }
                      },
                      token))
          .isInstanceOf(InterruptedIOException.class)
          .hasMessageContaining("cancelled");
    }
    try (Stream<Path> paths = Files.list(directory.resolve("data"))) {
      List<Path> files = paths.toList();
      assertThat(files).hasSizeBetween(5, 7);
      assertThat(files).allSatisfy(file -> assertThat(file).hasSize(SIZE));
    }
  }

  @Test
  void theNamesOfAllObjectsAreSyncedAtTheEndOnceForEachDirectory() throws IOException {
    List<Object> synced = new ArrayList<>();
    try (ObjectStore store = store()) {
      ObjectStore recording =
          (ObjectStore)
              Proxy.newProxyInstance(
                  ObjectStore.class.getClassLoader(),
                  new Class<?>[] {ObjectStore.class, NameSync.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("syncNames")) {
                      assertThat(files("data")).hasSize(20);
                      synced.add(arguments[0]);
                    }
                    return method.invoke(store, arguments);
                  });

      new DataGenerator(recording).putMany(prefix("data"), "d/{}", 20, ObjectType.ZEROS, 1);
    }

    assertThat(synced).containsExactly(Set.of(prefix("data/d")));
  }

  private Progress put(String folder, PutOptions options, long count) throws IOException {
    try (ObjectStore store = store()) {
      return new DataGenerator(store)
          .withSeed(42)
          .withOptions(options)
          .putMany(prefix(folder), "sample_{:06d}.npz", count, ObjectType.RANDOM, SIZE);
    }
  }

  private Location prefix(String folder) {
    return Location.parse("file://" + directory + "/" + folder + "/");
  }

  private ObjectStore store() {
    return ObjectStores.forLocation(prefix(""), StoreConfig.DEFAULT);
  }

  /** Returns the names below a folder with what tells their contents apart. */
  private Map<String, String> files(String folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    Path root = directory.resolve(folder);
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(
            root.relativize(path).toString(),
            ByteBuffer.wrap(Files.readAllBytes(path)).hashCode() + "/" + Files.size(path));
      }
    }
    return files;
  }
}
