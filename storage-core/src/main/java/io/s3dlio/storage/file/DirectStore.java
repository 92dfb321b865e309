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
import io.s3dlio.storage.range.RangeEngineConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;

/**
 * The store of {@code direct://}: local files around the page cache, by O_DIRECT. All that {@link
 * FileStore} promises holds here too; page-cache modes mean nothing.
 *
 * <p>Reads are fastest into memory that is aligned as the file is: from a block's start into a
 * page-aligned buffer. Anything else is copied once more.
 *
 * <p>Where the file system refuses O_DIRECT a read or write fails, or goes through the page cache
 * if {@link StoreConfig#directFallback()} says so.
 */
public final class DirectStore implements ObjectStore, UnfinishedWrites {
  private final DirectIo io;
  private final LocalObjects objects;

  public DirectStore(StoreConfig config) {
    this(config, ChannelOpener.SYSTEM);
  }

  DirectStore(StoreConfig config, ChannelOpener opener) {
    this.io = new DirectIo(opener, config.directFallback());
    this.objects =
        new LocalObjects(
            "direct",
            new DirectReader(io),
            (path, options) -> new DirectSink(path, io, io.blockSize(path.resolveSibling("."))));
  }

  /** Returns how many of this store's reads and writes went through the page cache. */
  public long cachedFallbacks() {
    return io.fallbacks();
  }

  @Override
  public ObjectInfo stat(Location location) throws IOException {
    return objects.stat(location);
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    objects.read(request);
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) throws IOException {
    return objects.list(prefix, options);
  }

  @Override
  public ObjectInfo put(Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    return objects.put(location, content, options);
  }

  @Override
  public ObjectWriter createWriter(Location location, WriterOptions options) throws IOException {
    return objects.createWriter(location, options);
  }

  @Override
  public void delete(Location location) throws IOException {
    objects.delete(location);
  }

  @Override
  public void deleteBatch(Collection<Location> locations) throws IOException {
    objects.deleteBatch(locations);
  }

  @Override
  public long abortUnfinished(Location prefix, String writerId, Instant startedAt)
      throws IOException {
    return objects.abortUnfinished(prefix, writerId);
  }

  @Override
  public RangeEngineConfig rangeDefaults() {
    return RangeEngineConfig.DIRECT;
  }

  @Override
  public void close() {}
}
