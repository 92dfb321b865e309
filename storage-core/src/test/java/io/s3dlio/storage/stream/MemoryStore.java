package io.s3dlio.storage.stream;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.testing.ReadOnlyStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;

/** One object in memory, read as a test wants. */
final class MemoryStore extends ReadOnlyStore {
  static final Location LOCATION = new Location("s3", "bucket", "dir/object");

  private final byte[] content;
  private final Reader reader;

  MemoryStore(byte[] content) {
    this(content, request -> {});
  }

  /**
   * @param reader runs before the target is filled: counts, blocks or throws
   */
  MemoryStore(byte[] content, Reader reader) {
    this.content = content;
    this.reader = reader;
  }

  ObjectInfo object() {
    return new ObjectInfo(LOCATION, content.length, Instant.EPOCH, "e1");
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    read(reader, request);
    ByteBuffer target = request.target();
    target.put(content, Math.toIntExact(request.offset()), target.remaining());
  }

  @Override
  public ObjectInfo stat(Location location) throws NotFoundException {
    if (!location.equals(LOCATION)) {
      throw new NotFoundException(Failure.of("stat", location, "there is no such object"));
    }
    return object();
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) {
    throw new UnsupportedOperationException();
  }
}
