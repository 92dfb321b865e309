package io.s3dlio.storage.file;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.UnfinishedWrites;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;

/** The store of {@code direct://}. */
public final class DirectStore implements ObjectStore, UnfinishedWrites {
  public DirectStore(StoreConfig config) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectInfo put(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectWriter createWriter(Location location, WriterOptions options) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(Location location) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void deleteBatch(Collection<Location> locations) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long abortUnfinished(Location prefix, String writerId, Instant startedAt)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
