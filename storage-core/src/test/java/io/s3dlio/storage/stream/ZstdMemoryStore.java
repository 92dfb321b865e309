package io.s3dlio.storage.stream;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.testing.ReadOnlyStore;

/** Takes one object into memory. */
final class ZstdMemoryStore extends ReadOnlyStore {
  final ChunkWriter writer = new ChunkWriter();

  @Override
  public ObjectWriter openWriter(Location location, WriterOptions options) {
    writer.location = location;
    return writer;
  }

  @Override
  public void read(ReadRequest request) {
    throw new UnsupportedOperationException();
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
