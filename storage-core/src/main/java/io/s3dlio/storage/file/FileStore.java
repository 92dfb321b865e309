package io.s3dlio.storage.file;

import io.s3dlio.storage.StoreConfig;

/**
 * The store of {@code file://}: local files through the page cache.
 *
 * <ul>
 *   <li>An object is a regular file or a symbolic link to one; writing to a link replaces the link.
 *       Deleting a directory does nothing.
 *   <li>A write goes to a temporary file in the same directory, which no listing shows. Its bytes
 *       are on the device before it gets its name, by a rename, or by a hard link where nothing is
 *       to be replaced; it ends when the name is on the device too, unless {@link
 *       io.s3dlio.storage.WriterOptions#syncName()} is off. So does a deletion.
 *   <li>Writers that replace one version ({@link io.s3dlio.storage.WriterOptions#ifMatch()}) take
 *       turns by a lock on the file {@code .s3dlio-lock} of the directory, which no listing shows
 *       and which stays. It works across processes, and across hosts where the file system's locks
 *       do. It holds off neither writers without a condition nor deletions.
 *   <li>An etag is made of inode, size and time of the last change. Whoever writes a file in place,
 *       with the same size, and sets its time back escapes it.
 *   <li>Names are UTF-8; a directory with another name cannot be listed.
 *   <li>A reading thread that is interrupted gets an {@link java.io.InterruptedIOException} and
 *       keeps its flag.
 * </ul>
 */
public final class FileStore extends LocalStore {
  private final PageCache pageCache;

  public FileStore(StoreConfig config) {
    this(config, ChannelOpener.SYSTEM, PageCache.shared());
  }

  FileStore(StoreConfig config, ChannelOpener opener, PageCache pageCache) {
    super(
        "file",
        new CachedSources(config.pageCacheMode(), pageCache),
        (path, options) ->
            CollectingSink.open(
                path, options, (file, all) -> new CachedSink(file, all, opener, pageCache)),
        new DirectorySync(opener));
    this.pageCache = pageCache;
  }

  /**
   * Returns how often page-cache advice was due and could not be given, in all stores of this JVM.
   */
  public long adviceWithheld() {
    return pageCache.withheld();
  }
}
