package io.s3dlio.storage;

/**
 * How an object is compressed as it is written. A compressed object has its key ended by {@link
 * #SUFFIX}, which a write adds where it is not there.
 *
 * @param level how hard zstd tries, from 1, the fastest, to 22; above 19 it takes hundreds of MiB
 *     to write and up to 128 MiB to read. 0 for no compression
 */
public record Compression(int level) {
  /** What the keys of compressed objects end with. */
  public static final String SUFFIX = ".zst";

  /** Objects are stored as they are written. */
  public static final Compression NONE = new Compression(0);

  private static final int DEFAULT_LEVEL = 3;
  private static final int MAX_LEVEL = 22;

  public Compression {
    if (level < 0 || level > MAX_LEVEL) {
      throw invalid(level);
    }
  }

  /** One frame of zstd at its default level, 3, with the sum of the content. */
  public static Compression zstd() {
    return zstd(DEFAULT_LEVEL);
  }

  /**
   * One frame of zstd with the sum of the content.
   *
   * @param level from 1 to 22
   */
  public static Compression zstd(int level) {
    if (level == 0) {
      throw invalid(level);
    }
    return new Compression(level);
  }

  /** Returns whether an object is compressed, by its key. */
  public static boolean isCompressed(Location location) {
    return location.key().endsWith(SUFFIX);
  }

  public boolean isNone() {
    return level == 0;
  }

  /** Returns where an object that is written to a location comes to be. */
  public Location stored(Location location) {
    return isNone() || location.isPrefix() || isCompressed(location)
        ? location
        : location.withKey(location.key() + SUFFIX);
  }

  @Override
  public String toString() {
    return isNone() ? "none" : "zstd(%d)".formatted(level);
  }

  private static IllegalArgumentException invalid(int level) {
    return new IllegalArgumentException(
        "Invalid compression level: %d (must be in [1, %d])".formatted(level, MAX_LEVEL));
  }
}
