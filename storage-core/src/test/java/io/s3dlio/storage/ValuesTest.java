package io.s3dlio.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
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
    assertThat(options)
        .isEqualTo(new WriterOptions(false, "", PageCacheMode.DONT_NEED, "Job-1", false));
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
    assertThatThrownBy(() -> ObjectStores.forUri("gs://bucket/a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Cannot open gs://bucket/a");
    assertThatThrownBy(() -> ObjectStores.forUri("ftp://host/a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown scheme 'ftp'");
  }
}
