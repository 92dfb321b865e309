package io.s3dlio.storage.range;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.testing.ReadOnlyStore;
import java.io.IOException;

/**
 * Objects without end whose bytes follow from key and offset. How a read behaves is up to the test.
 */
final class PatternStore extends ReadOnlyStore {
  private final Reader reader;

  PatternStore(Reader reader) {
    this.reader = reader;
  }

  static Location location(String key) {
    return new Location("s3", "bucket", key);
  }

  static byte byteAt(Location location, long offset) {
    return (byte) (location.key().hashCode() * 31L + offset + (offset >>> 8) * 7);
  }

  static void fill(ReadRequest request) {
    fill(request, request.target().remaining());
  }

  /** Fills only the first bytes of what is asked for. */
  static void fill(ReadRequest request, int count) {
    for (int i = 0; i < count; i++) {
      request.target().put(byteAt(request.location(), request.offset() + i));
    }
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    read(reader, request);
  }

  @Override
  public ObjectInfo stat(Location location) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) {
    throw new UnsupportedOperationException();
  }
}
