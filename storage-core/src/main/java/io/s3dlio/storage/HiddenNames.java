package io.s3dlio.storage;

/**
 * Spark's rule for what a read of files leaves out: names that begin with a dot, or with an
 * underscore unless they hold a {@code =}, and files being copied. What Spark lists for Parquet's
 * sake alone is left out too.
 */
public final class HiddenNames {
  /** What names of files end with that are being copied. */
  public static final String COPYING = "._COPYING_";

  private HiddenNames() {}

  /**
   * Returns whether any name in a key, as far as it lies below the path that is read, is hidden.
   */
  public static boolean hides(String keyBelow) {
    int start = 0;
    while (start <= keyBelow.length()) {
      int slash = keyBelow.indexOf('/', start);
      int end = slash < 0 ? keyBelow.length() : slash;
      if (isHidden(keyBelow.substring(start, end))) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  private static boolean isHidden(String name) {
    return name.startsWith(".")
        || (name.startsWith("_") && !name.contains("="))
        || name.endsWith(COPYING);
  }
}
