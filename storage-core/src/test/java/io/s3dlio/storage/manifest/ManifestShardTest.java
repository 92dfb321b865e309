package io.s3dlio.storage.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.manifest.Manifest.Shard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestShardTest {
  private static final String NAME = Manifests.shardName("j", 3, 14);
  private static final String HEADER = "name,size,crc32c,index,object_type,spec_size\n";
  private static final List<ManifestEntry> TWO =
      List.of(
          new ManifestEntry("a/b.bin", 8_388_608, 0xdeadbeef, 0, "random"),
          ManifestEntry.content("c", 0, 7));

  private final long leasesBefore = BufferPool.shared().stats().leases();
  private final Path directory;
  private final Path file;
  private final Location prefix;
  private final ObjectStore store;

  ManifestShardTest(@TempDir Path directory) {
    this.directory = directory;
    this.file = directory.resolve(NAME);
    this.prefix = Location.parse("file://" + directory);
    this.store = ObjectStores.forUri(prefix.toString());
  }

  @AfterEach
  void everyBufferIsBack() throws IOException {
    store.close();
    assertThat(BufferPool.shared().stats().leases()).isEqualTo(leasesBefore);
  }

  @Test
  void aShardIsCsvWithAHeaderLine() throws IOException {
    Shard shard = write(TWO);
    assertThat(shard).isEqualTo(new Shard(NAME, 2, 8_388_608));
    assertThat(text())
        .isEqualTo(HEADER + "a/b.bin,8388608,deadbeef,0,random,\nc,0,00000007,-1,,\n");
    assertThat(read(shard)).isEqualTo(TWO);
  }

  @Test
  void anEmptyShardHasItsHeaderLine() throws IOException {
    Shard shard = write(List.of());
    assertThat(shard).isEqualTo(new Shard(NAME, 0, 0));
    assertThat(text()).isEqualTo(HEADER);
    assertThat(read(shard)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a,b", "a\"b", "\"", "a\nb", "a\r\nb", " a ", "#a", "a;b", "a\tb", "'a'", "ü/日本/😀", "=1+1",
        "\\", "a\\nb", "\u0000", "\u00a0", "\ufeffa", "name", ",", "\"\"", "\\\""
      })
  void anyNameComesBackAsItWas(String name) throws IOException {
    List<ManifestEntry> entries =
        List.of(ManifestEntry.content(name, 1, 1), ManifestEntry.content("x" + name, 1, 1));
    assertThat(read(write(entries))).isEqualTo(entries);
  }

  @Test
  void randomNamesComeBackAsTheyWere() throws IOException {
    Arbitrary<String> names =
        Arbitraries.strings()
            .withChars(',', '"', '\n', '\r', ' ', '\\', 'a', '\'', 'é', '\u2028')
            .ofMinLength(1)
            .ofMaxLength(60);
    List<ManifestEntry> entries =
        names.sampleStream().limit(5_000).map(name -> ManifestEntry.content(name, 3, 9)).toList();
    assertThat(read(write(entries))).isEqualTo(entries);
  }

  @Test
  void longNamesComeBackAsTheyWere() throws IOException {
    List<ManifestEntry> entries = List.of(ManifestEntry.content("é,\"".repeat(1_000), 1, 1));
    assertThat(read(write(entries))).isEqualTo(entries);
  }

  @Test
  void manyEntriesTakeBoundedMemory() throws IOException {
    long before = BufferPool.shared().stats().leasedBytes();
    int count = 200_000;
    Shard shard;
    try (ManifestShardWriter writer = writer(WriterOptions.DEFAULT)) {
      for (int i = 0; i < count; i++) {
        writer.add(entry(i));
      }
      assertThat(BufferPool.shared().stats().leasedBytes() - before).isLessThan(1 << 20);
      shard = writer.complete();
    }
    assertThat(Files.size(file)).isGreaterThan(1 << 20);
    try (Manifests.Entries entries = Manifests.entries(store, prefix, shard)) {
      for (int i = 0; i < count; i++) {
        assertThat(entries.next()).isEqualTo(entry(i));
      }
      assertThat(entries.hasNext()).isFalse();
      assertThat(BufferPool.shared().stats().leasedBytes() - before).isLessThan(1 << 20);
    }
  }

  private static ManifestEntry entry(int i) {
    return new ManifestEntry("sample_" + i, i, i * 0x9E3779B9, i, "random");
  }

  @Test
  void nothingIsVisibleBeforeTheShardIsComplete() throws IOException {
    try (ManifestShardWriter writer = writer(WriterOptions.DEFAULT)) {
      writer.add(TWO.get(0));
      assertThat(file).doesNotExist();
      writer.complete();
      assertThat(file).exists();
    }
    assertThat(file).exists();
  }

  @Test
  void closingLeavesNothingOfAnIncompleteShard() throws IOException {
    ManifestShardWriter writer = writer(WriterOptions.DEFAULT);
    for (int i = 0; i < 100_000; i++) {
      writer.add(entry(i));
    }
    writer.close();
    writer.close();
    writer(WriterOptions.DEFAULT).close();
    try (Stream<Path> paths = Files.walk(directory)) {
      assertThat(paths.filter(Files::isRegularFile)).isEmpty();
    }
    assertThatThrownBy(() -> writer.add(TWO.get(0))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(writer::complete).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEndedShardTakesNoMore() throws IOException {
    try (ManifestShardWriter writer = writer(WriterOptions.DEFAULT)) {
      writer.complete();
      assertThatThrownBy(() -> writer.add(TWO.get(0))).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(writer::complete).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void bytesThatNoNumberHoldsEndTheShard() throws IOException {
    try (ManifestShardWriter writer = writer(WriterOptions.DEFAULT)) {
      writer.add(ManifestEntry.content("a", Long.MAX_VALUE, 0));
      assertThatThrownBy(() -> writer.add(ManifestEntry.content("b", 1, 0)))
          .isInstanceOf(ArithmeticException.class);
      assertThatThrownBy(writer::complete).isInstanceOf(IllegalStateException.class);
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void anExistingShardIsReplacedOnlyIfTheOptionsSaySo() throws IOException {
    write(TWO);
    assertThatThrownBy(
            () -> {
              try (ManifestShardWriter writer =
                  writer(WriterOptions.DEFAULT.withReplaceExisting(false))) {
                writer.complete();
              }
            })
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(read(new Shard(NAME, 2, 8_388_608))).isEqualTo(TWO);
    assertThat(read(write(List.of()))).isEmpty();
  }

  @Test
  void onlyShardNamesAreWritten() {
    assertThatThrownBy(
            () -> new ManifestShardWriter(store, prefix, "../evil.csv.gz", WriterOptions.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid shard: '../evil.csv.gz'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0,8388608", "1,8388608", "3,8388608", "2,8388607", "2,8388609", "2,0"})
  void aShardThatDoesNotHoldWhatItsHeadSaysIsCorrupt(String head) throws IOException {
    write(TWO);
    String[] numbers = head.split(",", -1);
    assertCorrupt(
        new Shard(NAME, Long.parseLong(numbers[0]), Long.parseLong(numbers[1])), "its head");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "b,1,00000001,5",
        "b,1,00000001,5,random,x",
        "b",
        "",
        "b,-1,00000001,5,random,",
        "b,1.5,00000001,5,random,",
        "b,99999999999999999999,00000001,5,random,",
        "b,,00000001,5,random,",
        "b,1,0000001,5,random,",
        "b,1,000000001,5,random,",
        "b,1,0000000g,5,random",
        "b,1,00000001,-2,random,",
        "b,1,00000001,-1,random,",
        "b,1,00000001,5,,",
        ",1,00000001,5,random,",
        "../b,1,00000001,5,random,",
        "/b,1,00000001,5,random,",
        "\"b,1,00000001,5,random,",
        "b,1,00000001,5,random," + ",",
      })
  void aMalformedLineIsCorruptAndNumbered(String line) throws IOException {
    gzip(HEADER + "a,1,00000000,-1,,\n" + line + "\nc,1,00000000,-1,,\n");
    assertCorrupt(new Shard(NAME, 3, 3), "line 3");
  }

  @Test
  void aFieldOfHostileLengthIsCorruptAndNotRead() throws IOException {
    gzip(HEADER + "a".repeat(50 << 20) + ",1,00000000,-1,,\n");
    assertCorrupt(new Shard(NAME, 1, 1), "line 2");
  }

  @Test
  void aLineOfHostileWidthIsCorruptAndNotRead() throws IOException {
    gzip(HEADER + "a,".repeat(10 << 20) + "\n");
    assertCorrupt(new Shard(NAME, 1, 1), "line 2");
  }

  @Test
  void bytesThatAreNotUtf8AreCorrupt() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(HEADER.getBytes(UTF_8));
    bytes.write(new byte[] {'a', (byte) 0xff, (byte) 0xfe});
    bytes.write(",1,00000000,-1,,\n".getBytes(UTF_8));
    gzip(bytes.toByteArray());
    assertCorrupt(new Shard(NAME, 1, 1), "line 2");
  }

  @Test
  void aCutOrDamagedShardIsCorrupt() throws IOException {
    List<ManifestEntry> entries = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      entries.add(entry(i));
    }
    Shard shard = write(entries);
    byte[] whole = Files.readAllBytes(file);
    for (int length : List.of(whole.length - 1, whole.length - 8, whole.length / 2, 11, 5, 0)) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertCorrupt(shard, "line ");
    }
    byte[] damaged = whole.clone();
    damaged[whole.length - 6] ^= 1;
    Files.write(file, damaged);
    assertCorrupt(shard, "line ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "name,size\n", "size,name,crc32c,index,object_type,spec_size\n", "\n"})
  void anotherHeaderIsCorrupt(String header) throws IOException {
    gzip(header);
    assertCorrupt(new Shard(NAME, 0, 0), "line 1");
  }

  @Test
  void whatIsNotCompressedIsCorrupt() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, HEADER);
    assertCorrupt(new Shard(NAME, 0, 0), "line 1");
  }

  @Test
  void aShardOfOthersWithOtherLineEndsAndMembersIsRead() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String member : List.of(HEADER.replace("\n", "\r\n"), "\"a\",\"1\",00ABCDEF,-1,,\r\n")) {
      try (OutputStream gzip = new GZIPOutputStream(bytes)) {
        gzip.write(member.getBytes(UTF_8));
      }
    }
    Files.createDirectories(file.getParent());
    Files.write(file, bytes.toByteArray());
    assertThat(read(new Shard(NAME, 1, 1)))
        .containsExactly(ManifestEntry.content("a", 1, 0xabcdef));
  }

  @Test
  void readingMayStopEarly() throws IOException {
    Shard shard = write(TWO);
    try (Manifests.Entries entries = Manifests.entries(store, prefix, shard)) {
      assertThat(entries.next()).isEqualTo(TWO.get(0));
    }
  }

  @Test
  void theEndIsTheEnd() throws IOException {
    Shard shard = write(TWO);
    try (Manifests.Entries entries = Manifests.entries(store, prefix, shard)) {
      entries.next();
      entries.next();
      assertThat(entries.hasNext()).isFalse();
      assertThatThrownBy(entries::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  /** Corrupt at opening or at reading, and then again however often it is asked. */
  private void assertCorrupt(Shard shard, String reason) {
    assertThatThrownBy(
            () -> {
              try (Manifests.Entries entries = Manifests.entries(store, prefix, shard)) {
                assertThatThrownBy(() -> entries.forEachRemaining(entry -> {}))
                    .isInstanceOf(UncheckedIOException.class);
                entries.hasNext();
              } catch (UncheckedIOException e) {
                throw e.getCause();
              }
            })
        .isInstanceOf(CorruptException.class)
        .hasMessageStartingWith("Cannot read " + prefix + "/" + NAME + ": ")
        .hasMessageContaining(reason);
  }

  private ManifestShardWriter writer(WriterOptions options) throws IOException {
    return new ManifestShardWriter(store, prefix, NAME, options);
  }

  private Shard write(List<ManifestEntry> entries) throws IOException {
    try (ManifestShardWriter writer = writer(WriterOptions.DEFAULT)) {
      for (ManifestEntry entry : entries) {
        writer.add(entry);
      }
      return writer.complete();
    }
  }

  private List<ManifestEntry> read(Shard shard) throws IOException {
    List<ManifestEntry> read = new ArrayList<>();
    try (Manifests.Entries entries = Manifests.entries(store, prefix, shard)) {
      entries.forEachRemaining(read::add);
    }
    return read;
  }

  private void gzip(String text) throws IOException {
    gzip(text.getBytes(UTF_8));
  }

  private void gzip(byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(file))) {
      gzip.write(bytes);
    }
  }

  private String text() throws IOException {
    try (GZIPInputStream gzip = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(gzip.readAllBytes(), UTF_8);
    }
  }
}
