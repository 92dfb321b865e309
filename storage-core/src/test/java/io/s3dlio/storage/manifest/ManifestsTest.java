package io.s3dlio.storage.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.AlreadyExistsException;
import io.s3dlio.storage.CorruptException;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.manifest.Manifest.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {
  private static final String HEAD =
      """
      {
        "formatVersion": 1,
        "jobId": "j",
        "createdAt": "2026-01-02T03:04:05.678901Z",
        "seed": -7,
        "settings": {"objectName": "{}"},
        "count": 3,
        "bytes": 30,
        "shards": [{"name": "_s3dlio/j/part-00000-1.csv.gz", "count": 3, "bytes": 30}]
      }
      """;

  private final long leasesBefore = BufferPool.shared().stats().leases();
  private final Path directory;
  private final Location prefix;
  private final ObjectStore store;

  ManifestsTest(@TempDir Path directory) {
    this.directory = directory;
    this.prefix = Location.parse("file://" + directory + "/out");
    this.store = ObjectStores.forUri(prefix.toString());
  }

  @AfterEach
  void everyBufferIsBack() throws IOException {
    store.close();
    assertThat(BufferPool.shared().stats().leases()).isEqualTo(leasesBefore);
  }

  @Test
  void aHeadIsReadBackAsItWasWritten() throws IOException {
    Manifest manifest =
        new Manifest(
            1,
            "job-1",
            Instant.parse("2026-01-02T03:04:05.678901234Z"),
            Long.MIN_VALUE,
            Map.of("objectName", "sample_{:06d}.bin", "ü\"\n", "\u0000,", "empty", ""),
            Long.MAX_VALUE,
            5,
            List.of(
                new Shard("_s3dlio/job-1/part-00000-1.csv.gz", Long.MAX_VALUE - 1, 0),
                new Shard("_s3dlio/job-1/part-00001-2.csv.gz", 1, 5)));
    Manifests.write(store, prefix, manifest, WriterOptions.DEFAULT);
    assertThat(directory.resolve("out/_s3dlio/job-1/manifest.json")).isRegularFile();
    assertThat(Manifests.find(store, prefix)).containsExactly(manifest);
    assertThat(Manifests.find(store, prefix.asPrefix())).containsExactly(manifest);
  }

  @Test
  void aManyShardHeadIsReadBack() throws IOException {
    List<Shard> shards =
        IntStream.range(0, 20_000)
            .mapToObj(i -> new Shard(Manifests.shardName("j", i, i), 1, 10))
            .toList();
    Manifest manifest = new Manifest(1, "j", Instant.EPOCH, 0, Map.of(), 20_000, 200_000, shards);
    Manifests.write(store, prefix, manifest, WriterOptions.DEFAULT);
    assertThat(Manifests.find(store, prefix)).containsExactly(manifest);
  }

  @Test
  void manifestsComeOldestFirst() throws IOException {
    write("c", Instant.ofEpochSecond(1));
    write("a", Instant.ofEpochSecond(2));
    write("B", Instant.ofEpochSecond(1, 5));
    write("d", Instant.ofEpochSecond(1));
    assertThat(Manifests.find(store, prefix))
        .extracting(Manifest::jobId)
        .containsExactly("c", "d", "B", "a");
  }

  @Test
  void aPrefixWithoutManifestsHasNone() throws IOException {
    assertThat(Manifests.find(store, prefix)).isEmpty();
    file("out/data.bin", "x");
    file("out2/_s3dlio/j/manifest.json", "a sibling's");
    file("out/deep/_s3dlio/j/manifest.json", "another prefix's");
    assertThat(Manifests.find(store, prefix)).isEmpty();
  }

  @Test
  void whatAnAbortedJobLeftIsPassedOver() throws IOException {
    file("out/_s3dlio/aborted/part-00000-1.csv.gz", "x");
    file("out/_s3dlio/aborted/deeper/manifest.json", "x");
    file("out/_s3dlio/manifest.json", "x");
    file("out/_s3dlio/aborted/my-manifest.json", "x");
    write("a", Instant.EPOCH);
    assertThat(Manifests.find(store, prefix)).extracting(Manifest::jobId).containsExactly("a");
  }

  @Test
  void writingObeysTheOptions() throws IOException {
    write("a", Instant.EPOCH);
    Manifest again = new Manifest(1, "a", Instant.MAX, 0, Map.of(), 0, 0, List.of());
    assertThatThrownBy(
            () ->
                Manifests.write(
                    store, prefix, again, WriterOptions.DEFAULT.withReplaceExisting(false)))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(Manifests.find(store, prefix))
        .extracting(Manifest::createdAt)
        .containsExactly(Instant.EPOCH);
  }

  @Test
  void aHeadWrittenByOthersIsRead() throws IOException {
    file("out/_s3dlio/j/manifest.json", HEAD.replace("\"seed\"", "\"extra\": [1], \"seed\""));
    assertThat(Manifests.find(store, prefix))
        .containsExactly(
            new Manifest(
                1,
                "j",
                Instant.parse("2026-01-02T03:04:05.678901Z"),
                -7,
                Map.of("objectName", "{}"),
                3,
                30,
                List.of(new Shard("_s3dlio/j/part-00000-1.csv.gz", 3, 30))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"formatVersion\": 1 -> \"formatVersion\": 2",
        "\"formatVersion\": 1 -> \"formatVersion\": \"1\"",
        "\"formatVersion\": 1 -> \"formatVersion\": 4294967297",
        "\"formatVersion\": 1, -> ",
        "\"jobId\": \"j\" -> \"jobId\": \"k\"",
        "\"jobId\": \"j\" -> \"jobId\": \"../j\"",
        "\"jobId\": \"j\" -> \"jobId\": null",
        "2026-01-02T03:04:05.678901Z -> yesterday",
        "\"seed\": -7 -> \"seed\": 0.5",
        "\"seed\": -7 -> \"seed\": 1e400000000",
        "\"seed\": -7 -> \"seed\": 9223372036854775808",
        "\"objectName\": \"{}\" -> \"objectName\": 5",
        "{\"objectName\": \"{}\"} -> []",
        "\"count\": 3, -> \"count\": 4,",
        "\"count\": 3, -> \"count\": 3, \"count\": 3,",
        "\"bytes\": 30, -> \"bytes\": -30,",
        "\"shards\": [ -> \"shard\": [",
        "_s3dlio/j/part-00000-1.csv.gz -> _s3dlio/j/../../../etc/passwd",
        "_s3dlio/j/part-00000-1.csv.gz -> _s3dlio/k/part-00000-1.csv.gz",
        "\"count\": 3, \"bytes\": 30}] -> \"count\": 3}]",
        "\"count\": 3, \"bytes\": 30}] -> \"count\": 3, \"bytes\": 30}",
        "\"count\": 3, \"bytes\": 30}] -> \"count\": 3, \"bytes\": 30}]}",
        "{ -> ",
        "{ -> [",
      })
  void aMalformedHeadIsCorrupt(String change) throws IOException {
    String[] parts = change.split(" -> ?", -1);
    String changed = HEAD.replaceFirst(Pattern.quote(parts[0]), parts[1]);
    assertThat(changed).isNotEqualTo(HEAD);
    assertCorrupt(changed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "[]", "5", "\u0000", "{}"})
  void whatIsNoHeadIsCorrupt(String content) throws IOException {
    assertCorrupt(content);
  }

  @Test
  void aHeadNestedTooDeeplyIsCorrupt() throws IOException {
    assertCorrupt("{\"a\":".repeat(100_000));
  }

  private void assertCorrupt(String content) throws IOException {
    file("out/_s3dlio/j/manifest.json", content);
    assertThatThrownBy(() -> Manifests.find(store, prefix))
        .isInstanceOf(CorruptException.class)
        .hasMessageStartingWith("Cannot read " + prefix + "/_s3dlio/j/manifest.json: ");
  }

  @Test
  void aMissingShardIsNotFound() {
    assertThatThrownBy(
            () -> Manifests.entries(store, prefix, new Shard(Manifests.shardName("j", 0, 0), 0, 0)))
        .isInstanceOf(NotFoundException.class);
  }

  private void write(String jobId, Instant createdAt) throws IOException {
    Manifest manifest = new Manifest(1, jobId, createdAt, 0, Map.of(), 0, 0, List.of());
    Manifests.write(store, prefix, manifest, WriterOptions.DEFAULT);
  }

  private void file(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content.getBytes(UTF_8));
  }
}
