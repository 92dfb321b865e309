package io.s3dlio.spark.config;

import io.s3dlio.storage.PageCacheMode;
import java.util.List;

/** The options of stores on this machine: how files are opened. */
public final class FileOptions {
  public static final OptionKey<PageCacheMode> PAGE_CACHE_MODE =
      OptionKeys.choice(
          "pageCacheMode",
          Scope.CONNECTION,
          PageCacheMode.class,
          PageCacheMode.AUTO,
          "What `file://` tells the operating system about the page cache: `auto` is `sequential` for"
              + " files of 64 MiB and more and `random` below; `dontneed` drops pages after use.");

  public static final OptionKey<Boolean> DIRECT_FALLBACK =
      OptionKeys.flag(
          "directFallback",
          Scope.CONNECTION,
          false,
          "Whether `direct://` goes through the page cache where the file system refuses O_DIRECT,"
              + " instead of failing.");

  private static final List<OptionKey<?>> ALL = List.of(PAGE_CACHE_MODE, DIRECT_FALLBACK);

  private FileOptions() {}

  static List<OptionKey<?>> all() {
    return ALL;
  }
}
