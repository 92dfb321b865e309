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
 * @param syncName whether a write ends with the object's name as safe as its bytes, in stores where
 *     that takes a step of its own; whoever says no calls {@link NameSync#syncNames} after many
 */
public record WriterOptions(
    boolean replaceExisting, PageCacheMode pageCacheMode, String writerId, boolean syncName) {
  // Before any instance, whose constructor needs it.
  private static final Pattern WRITER_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /** Replaces what is there, as {@code put} does everywhere. */
  public static final WriterOptions DEFAULT =
      new WriterOptions(true, PageCacheMode.AUTO, "anonymous", true);

  public WriterOptions {
    requireNonNull(pageCacheMode, "pageCacheMode is null");
    if (!WRITER_ID.matcher(writerId).matches()) {
      throw new IllegalArgumentException(
          "Invalid writerId: '%s' (letters, digits and hyphens, at most 64)".formatted(writerId));
    }
  }

  public WriterOptions withReplaceExisting(boolean replace) {
    return new WriterOptions(replace, pageCacheMode, writerId, syncName);
  }

  public WriterOptions withPageCacheMode(PageCacheMode mode) {
    return new WriterOptions(replaceExisting, mode, writerId, syncName);
  }

  public WriterOptions withWriterId(String id) {
    return new WriterOptions(replaceExisting, pageCacheMode, id, syncName);
  }

  public WriterOptions withSyncName(boolean sync) {
    return new WriterOptions(replaceExisting, pageCacheMode, writerId, sync);
  }
}
