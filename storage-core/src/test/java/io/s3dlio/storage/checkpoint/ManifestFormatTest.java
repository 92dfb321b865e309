package io.s3dlio.storage.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ManifestFormatTest {
  private static final CheckpointSave SAVE =
      new CheckpointSave(
          Location.parse("s3://bucket/ckpt"), 42, "id-1", 3, CheckpointLayout.HASHED, Map.of());

  private static SavedState state(String name, int rank) {
    return new SavedState(
        name,
        rank,
        CheckpointPaths.key(SAVE, "attempt-0", rank, name, 0),
        1000,
        1000,
        0x89abcdef,
        StateCompression.NONE);
  }

  private static CheckpointManifest manifest() {
    return new CheckpointManifest(
        CheckpointManifest.FORMAT_VERSION,
        42,
        "id-1",
        3,
        Instant.parse("2026-11-26T08:00:00Z"),
        CheckpointLayout.HASHED,
        List.of(state("b/ü %=", 2), state("a", 2), state("a", 0)),
        Map.of("epoch", "3"));
  }

  private static String json() throws IOException {
    return new String(ManifestFormat.write(manifest()), UTF_8);
  }

  private static CheckpointManifest read(String json) throws IOException {
    return ManifestFormat.read(ByteBuffer.wrap(json.getBytes(UTF_8)));
  }

  @Test
  void aManifestComesBackAsItWasWritten() throws IOException {
    assertThat(read(json())).isEqualTo(manifest());
    assertThat(manifest().states())
        .extracting(SavedState::name)
        .containsExactly("a", "a", "b/ü %=");
    assertThat(manifest().bytes()).isEqualTo(3000);
  }

  @Test
  void whatNamesTheLatestComesBackAsItWasWritten() throws IOException {
    for (OptionalLong step : List.of(OptionalLong.of(Long.MAX_VALUE), OptionalLong.empty())) {
      assertThat(ManifestFormat.readLatest(ByteBuffer.wrap(ManifestFormat.writeLatest(step))))
          .isEqualTo(step);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"formatVersion\" : 1|\"formatVersion\" : 2|Invalid formatVersion: 2",
        "\"formatVersion\" : 1|\"x\" : 1|Invalid formatVersion: it is missing",
        "\"step\" : 42|\"step\" : -1|Invalid step: -1",
        "\"step\" : 42|\"step\" : 43|Invalid key",
        "\"step\" : 42|\"step\" : \"42\"|Invalid step: not a whole number",
        "\"step\" : 42|\"step\" : 1e30|Invalid step: not a whole number",
        "\"id-1\"|\"../x\"|Invalid id",
        "\"id-1\"|\"id-2\"|Invalid key",
        "\"worldSize\" : 3|\"worldSize\" : 2|Invalid rank: 2",
        "\"worldSize\" : 3|\"worldSize\" : 2000000000|Invalid worldSize",
        "\"size\" : 1000|\"size\" : -1|Invalid size: -1",
        "\"size\" : 1000|\"size\" : 999|Invalid storedSize: 1000",
        "\"size\" : 1000|\"size\" : 2000000000|Invalid size: 2000000000",
        "\"89abcdef\"|\"89abcdeg\"|",
        "\"89abcdef\"|\"9abcdef\"|Invalid crc32c",
        "\"compression\" : \"none\"|\"compression\" : \"lzma\"|Invalid compression: 'lzma'",
        "\"name\" : \"a\"|\"name\" : \"../a\"|Invalid name",
        "\"name\" : \"a\"|\"name\" : \"c\"|Invalid key",
        "\"key\" : \"data/|\"key\" : \"../data/|Invalid key",
        "\"key\" : \"data/|\"key\" : \"data/../data/|Invalid key",
        "/attempt-0\"|/../../x\"|Invalid key",
        "/attempt-0\"|/attempt-0/\"|Invalid key",
        "\"hashed\"|\"random\"|Invalid layout",
        "2026-11-26|2026-13-26|Invalid createdAt",
        "\"epoch\" : \"3\"|\"epoch\" : 3|Invalid epoch",
      })
  void whatMakesNoSenseIsRefused(String from, String to, String message) throws IOException {
    assertThat(json()).contains(from);
    assertThatThrownBy(() -> read(json().replace(from, to)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message == null ? "" : message);
  }

  @Test
  void aStateIsThereOnce() {
    assertThatThrownBy(() -> read(json().replaceFirst("\"rank\" : 0", "\"rank\" : 2")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new CheckpointManifest(
                    1,
                    42,
                    "id-1",
                    3,
                    Instant.EPOCH,
                    CheckpointLayout.FLAT,
                    List.of(state("a", 1), state("a", 1)),
                    Map.of()))
        .hasMessageContaining("'a' of rank 1 (it is there twice)");
  }

  @Test
  void noDamageIsMoreThanAnError() throws IOException {
    byte[] json = ManifestFormat.write(manifest());
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      byte[] damaged = json.clone();
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        CheckpointManifest read = ManifestFormat.read(ByteBuffer.wrap(damaged));
        assertThat(read.states()).allMatch(state -> state.key().startsWith("data/"));
      } catch (IllegalArgumentException | IOException e) {
        // Refused, as it should be.
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CheckpointLayout.class)
  void keysAreSpreadAsTheLayoutSays(CheckpointLayout layout) {
    CheckpointSave save =
        new CheckpointSave(Location.parse("s3://bucket/ckpt"), 42, "id-1", 1000, layout, Map.of());
    Set<String> prefixes = new HashSet<>();
    for (int rank = 0; rank < 1000; rank++) {
      String key = CheckpointPaths.key(save, "attempt", rank, "model", 0);
      prefixes.add(key.substring(0, key.indexOf("/0000000000000000042-id-1/")));
      assertThat(new CheckpointPaths(save.root()).folderOf(save.root().append(key)))
          .contains(new CheckpointPaths.Folder(42, "id-1"));
    }
    switch (layout) {
      case FLAT -> assertThat(prefixes).containsExactly("data");
      case ROUND_ROBIN -> assertThat(prefixes).hasSize(16);
      case HASHED -> assertThat(prefixes).hasSizeGreaterThan(230);
    }
  }
}
