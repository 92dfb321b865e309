package io.s3dlio.storage.file;

import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.range.RangeEngineConfig;

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
public final class DirectStore extends LocalStore {
  private final DirectIo io;

  public DirectStore(StoreConfig config) {
    this(config, ChannelOpener.SYSTEM);
  }

  DirectStore(StoreConfig config, ChannelOpener opener) {
    this(new DirectIo(opener, config.directFallback()), new DirectorySync(opener));
  }

  private DirectStore(DirectIo io, DirectorySync directories) {
    super(
        "direct",
        (path, offset, wanted, length) -> DirectSource.open(path, io),
        (path, options) ->
            new DirectSink(path, options, io, io.blockSize(path.resolveSibling("."))),
        directories);
    this.io = io;
  }

  /** Returns how many of this store's reads and writes went through the page cache. */
  public long cachedFallbacks() {
    return io.fallbacks();
  }

  @Override
  public RangeEngineConfig rangeDefaults() {
    return RangeEngineConfig.DIRECT;
  }
}
