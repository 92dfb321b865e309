package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3dlio.storage.tuning.AdaptiveConfig;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Values that check themselves. */
class ValuesTest {
  private static final Location LOCATION = Location.parse("file:///a");

  @Test
  void aWriterIdGoesIntoFileNames() {
    for (String id : List.of("", "a b", "a/b", "..", "a_b", "\u00e9", "x".repeat(65))) {
      assertThatThrownBy(() -> WriterOptions.DEFAULT.withWriterId(id))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid writerId: '%s' (letters, digits and hyphens, at most 64)", id);
    }
    WriterOptions options =
        WriterOptions.DEFAULT
            .withWriterId("Job-1")
            .withReplaceExisting(false)
            .withPageCacheMode(PageCacheMode.DONT_NEED)
            .withSyncName(false);
    assertThat(options.writerId()).isEqualTo("Job-1");
    assertThat(options.replaceExisting()).isFalse();
    assertThat(options.pageCacheMode()).isEqualTo(PageCacheMode.DONT_NEED);
    assertThat(options.syncName()).isFalse();
    assertThat(WriterOptions.DEFAULT.replaceExisting()).isTrue();
    assertThat(WriterOptions.DEFAULT.syncName()).isTrue();
  }

  @Test
  void aVersionIsReplacedOnlyWhereSomethingIs() {
    WriterOptions options = WriterOptions.DEFAULT.withIfMatch("v1");
    assertThat(options.ifMatch()).isEqualTo("v1");
    assertThat(options.withWriterId("a").withSyncName(false).ifMatch()).isEqualTo("v1");
    assertThatThrownBy(() -> options.withReplaceExisting(false))
        .hasMessage("Invalid ifMatch: 'v1' (without replaceExisting nothing is replaced)");
    assertThatThrownBy(() -> WriterOptions.DEFAULT.withIfMatch(""))
        .hasMessage("Invalid ifMatch: '' (the ETag of a version)");
    for (String text : List.of("a\r\nb", "\"a\"", "\u00e9")) {
      assertThatThrownBy(() -> WriterOptions.DEFAULT.withIfMatch(text))
          .hasMessage("Invalid ifMatch: it is no ETag (printable ASCII without quotes)");
    }
  }

  @Test
  void whatIsSetForAWriterHasItsBounds() {
    WriterOptions options = WriterOptions.DEFAULT;
    assertThatThrownBy(() -> options.withPartSize((5 << 20) - 1))
        .hasMessage("Invalid partSize: 5242879 (must be in [5242880, 1073741824])");
    assertThatThrownBy(() -> options.withMaxConcurrency(0))
        .hasMessage("Invalid maxConcurrency: 0 (must be in [1, 128])");
    assertThatThrownBy(() -> options.withBufferSize(4095))
        .hasMessage("Invalid bufferSize: 4095 (must be in [4096, 67108864])");
    assertThatThrownBy(() -> Compression.zstd(0))
        .hasMessage("Invalid compression level: 0 (must be in [1, 22])");
    assertThatThrownBy(() -> new Compression(23)).isInstanceOf(IllegalArgumentException.class);
    assertThat(Compression.zstd()).isEqualTo(Compression.zstd(3)).hasToString("zstd(3)");
    assertThat(Compression.NONE).hasToString("none");
    WriterOptions all =
        options.withPartSize(6 << 20).withMaxConcurrency(7).withBufferSize(8192).withAdaptive();
    assertThat(all.withWriterId("a").withSyncName(false).withCompression(Compression.zstd(9)))
        .isEqualTo(
            new WriterOptions(
                true,
                "",
                PageCacheMode.AUTO,
                "a",
                false,
                OptionalInt.of(6 << 20),
                OptionalInt.of(7),
                OptionalInt.of(8192),
                AdaptiveConfig.ENABLED,
                Compression.zstd(9)));
  }

  @Test
  void whatIsSetWinsOverAnOverrideThatOverWhatIsFoundAndThatOverTheStoresOwn() {
    OptionalLong unknown = OptionalLong.empty();
    OptionalLong large = OptionalLong.of(1L << 30);
    int mib = 1 << 20;
    WriterOptions own = WriterOptions.DEFAULT;
    WriterOptions adaptive = own.withAdaptive();
    WriterOptions override =
        own.withAdaptiveConfig(
            AdaptiveConfig.ENABLED
                .withPartSizeOverride(9 * mib)
                .withMaxConcurrencyOverride(3)
                .withBufferSizeOverride(12 << 10));
    WriterOptions explicit = override.withPartSize(7 * mib).withMaxConcurrency(5);

    assertThat(own.partSize(6 * mib, large)).isEqualTo(6 * mib);
    assertThat(adaptive.partSize(6 * mib, unknown)).isEqualTo(16 * mib);
    assertThat(adaptive.partSize(6 * mib, large)).isEqualTo(32 * mib);
    assertThat(override.partSize(6 * mib, large)).isEqualTo(9 * mib);
    assertThat(explicit.partSize(6 * mib, large)).isEqualTo(7 * mib);

    assertThat(own.maxConcurrency(4, large)).isEqualTo(4);
    assertThat(adaptive.maxConcurrency(4, large)).isBetween(8, 128);
    assertThat(override.maxConcurrency(4, large)).isEqualTo(3);
    assertThat(explicit.maxConcurrency(4, large)).isEqualTo(5);

    assertThat(own.bufferSize(0, large)).isZero();
    assertThat(adaptive.bufferSize(0, large)).isEqualTo(2 * mib);
    assertThat(override.bufferSize(0, large)).isEqualTo(12 << 10);
    assertThat(explicit.withBufferSize(8192).bufferSize(0, large)).isEqualTo(8192);
    WriterOptions tooSmall =
        own.withAdaptiveConfig(AdaptiveConfig.ENABLED.withPartSizeOverride(1000));
    assertThatThrownBy(() -> tooSmall.partSize(6 * mib, large))
        .hasMessage("Invalid partSize: 1000 (must be in [5242880, 1073741824])");
  }

  @Test
  void aRequestFillsDirectMemoryFromAnOffset() {
    ByteBuffer direct = ByteBuffer.allocateDirect(4);
    assertThatThrownBy(() -> new ReadRequest(LOCATION, "", -1, direct))
        .hasMessage("Invalid offset: -1 (must be >= 0)");
    assertThatThrownBy(() -> new ReadRequest(LOCATION, "", 0, direct.asReadOnlyBuffer()))
        .hasMessage("Invalid target: it is read-only");
    assertThatThrownBy(() -> new ReadRequest(LOCATION, "", 0, ByteBuffer.allocate(4)))
        .hasMessage("Invalid target: it is not direct");
    ObjectInfo object = new ObjectInfo(LOCATION, 9, Instant.EPOCH, "v1");
    assertThat(ReadRequest.of(object, 3, direct))
        .isEqualTo(new ReadRequest(LOCATION, "v1", 3, direct));
    assertThat(ReadRequest.of(object, 0, direct).whole()).isFalse();
    assertThat(ReadRequest.of(object, 0, ByteBuffer.allocateDirect(9)).whole()).isTrue();
    assertThatThrownBy(() -> new ReadRequest(LOCATION, "v1", 3, direct, true))
        .hasMessage("Invalid offset: 3 (a whole object begins at 0)");
    assertThatThrownBy(() -> new ObjectInfo(LOCATION, -1, Instant.EPOCH, ""))
        .hasMessage("Invalid length: -1 (must be >= 0)");
  }

  @Test
  void autoIsSequentialFrom64MiBOn() {
    long threshold = 64L << 20;
    assertThat(PageCacheMode.AUTO.resolve(threshold)).isEqualTo(PageCacheMode.SEQUENTIAL);
    assertThat(PageCacheMode.AUTO.resolve(threshold - 1)).isEqualTo(PageCacheMode.RANDOM);
    for (PageCacheMode mode : PageCacheMode.values()) {
      if (mode != PageCacheMode.AUTO) {
        assertThat(mode.resolve(0)).isEqualTo(mode);
        assertThat(mode.resolve(threshold)).isEqualTo(mode);
      }
    }
  }

  @Test
  void aStoreIsOpenedByItsScheme() {
    try (ObjectStore file = ObjectStores.forUri("file:///tmp");
        ObjectStore direct = ObjectStores.forUri("direct:///tmp", StoreConfig.DEFAULT)) {
      assertThat(file).isInstanceOf(io.s3dlio.storage.file.FileStore.class);
      assertThat(direct).isInstanceOf(io.s3dlio.storage.file.DirectStore.class);
    }
    assertThatThrownBy(() -> ObjectStores.forUri("ftp://host/a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown scheme 'ftp'");
  }
}
