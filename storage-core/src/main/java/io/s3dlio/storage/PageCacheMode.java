package io.s3dlio.storage;

/**
 * What the operating system is told about the page cache when a local file is read or written. Of a
 * write only {@link #DONT_NEED} says anything: the others are about reading ahead.
 */
public enum PageCacheMode {
  /**
   * {@link #SEQUENTIAL} for files of 64 MiB and more, {@link #RANDOM} for a part of a smaller one.
   * A smaller file that is read whole at once has nothing beyond to read ahead, so there it is
   * {@link #NORMAL}.
   */
  AUTO,
  /** Read far ahead. */
  SEQUENTIAL,
  /** Do not read ahead. */
  RANDOM,
  /** Drop the pages from the cache once they have been used. */
  DONT_NEED,
  /** Say nothing. */
  NORMAL;

  /** The size from which {@link #AUTO} means {@link #SEQUENTIAL}: 64 MiB. */
  public static final long SEQUENTIAL_THRESHOLD = 64L << 20;

  /**
   * Returns what {@link #AUTO} stands for at this file size, for a read of a part; any other mode
   * is itself.
   */
  public PageCacheMode resolve(long fileLength) {
    return this != AUTO ? this : fileLength >= SEQUENTIAL_THRESHOLD ? SEQUENTIAL : RANDOM;
  }
}
