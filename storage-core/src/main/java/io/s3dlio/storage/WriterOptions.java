package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * How an object is written.
 *
 * @param replaceExisting whether an object under the same key is replaced; otherwise the write
 *     fails with {@link AlreadyExistsException}, atomically
 * @param pageCacheMode what local stores tell the operating system about the pages written
 * @param writerId names the writer in unfinished writes, see {@link UnfinishedWrites}; letters,
 *     digits and hyphens, at most 64
 */
public record WriterOptions(boolean replaceExisting, PageCacheMode pageCacheMode, String writerId) {
  // Before any instance, whose constructor needs it.
  private static final Pattern WRITER_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /** Replaces what is there, as {@code put} does everywhere. */
  public static final WriterOptions DEFAULT =
      new WriterOptions(true, PageCacheMode.AUTO, "anonymous");

  public WriterOptions {
    requireNonNull(pageCacheMode, "pageCacheMode is null");
    if (!WRITER_ID.matcher(writerId).matches()) {
      throw new IllegalArgumentException(
          "Invalid writerId: '%s' (letters, digits and hyphens, at most 64)".formatted(writerId));
    }
  }

  public WriterOptions withReplaceExisting(boolean replace) {
    return new WriterOptions(replace, pageCacheMode, writerId);
  }

  public WriterOptions withPageCacheMode(PageCacheMode mode) {
    return new WriterOptions(replaceExisting, mode, writerId);
  }

  public WriterOptions withWriterId(String id) {
    return new WriterOptions(replaceExisting, pageCacheMode, id);
  }
}
