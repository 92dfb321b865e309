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

/**
 * The store of {@code file://}: local files through the page cache.
 *
 * <ul>
 *   <li>An object is a regular file or a symbolic link to one; writing to a link replaces the link.
 *       Deleting a directory does nothing.
 *   <li>A write goes to a temporary file in the same directory, which no listing shows. Its bytes
 *       are on the device before it gets its name, by a rename, or by a hard link where nothing is
 *       to be replaced.
 *   <li>An etag is made of inode, size and time of the last change. Whoever writes a file in place,
 *       with the same size, and sets its time back escapes it.
 *   <li>Names are UTF-8; a directory with another name cannot be listed.
 *   <li>A reading thread that is interrupted gets an {@link java.io.InterruptedIOException} and
 *       keeps its flag.
 * </ul>
 *
 * <p>Holds nothing open between calls; {@link #close} does nothing.
 */
public final class FileStore implements ObjectStore, UnfinishedWrites {
  private final PageCache pageCache;
  private final LocalObjects objects;

  public FileStore(StoreConfig config) {
    this(config, ChannelOpener.SYSTEM, PageCache.shared());
  }

  FileStore(StoreConfig config, ChannelOpener opener, PageCache pageCache) {
    this.pageCache = pageCache;
    this.objects =
        new LocalObjects(
            "file",
            new CachedReader(config.pageCacheMode(), pageCache),
            (path, options) -> new CachedSink(path, options.pageCacheMode(), opener, pageCache));
  }

  /**
   * Returns how often page-cache advice was due and could not be given, in all stores of this JVM.
   */
  public long adviceWithheld() {
    return pageCache.withheld();
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
  public void close() {}
}
