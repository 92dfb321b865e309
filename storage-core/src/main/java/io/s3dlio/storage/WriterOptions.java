package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * How an object is written.
 *
 * @param replaceExisting whether an object under the same key is replaced; otherwise the write
 *     fails with {@link AlreadyExistsException}, atomically
 * @param ifMatch the {@link ObjectInfo#etag()} of the only version that may be replaced: where
 *     another is, or none, the write fails with {@link ObjectChangedException}, atomically. Of any
 *     number of writers that name one version one succeeds. Empty for whatever is there
 * @param pageCacheMode what local stores tell the operating system about the pages written
 * @param writerId names the writer in unfinished writes, see {@link UnfinishedWrites}; letters,
 *     digits and hyphens, at most 64
 * @param syncName whether a write ends with the object's name as safe as its bytes, in stores where
 *     that takes a step of its own; whoever says no calls {@link NameSync#syncNames} after many
 */
public record WriterOptions(
    boolean replaceExisting,
    String ifMatch,
    PageCacheMode pageCacheMode,
    String writerId,
    boolean syncName) {
  // Before any instance, whose constructor needs it.
  private static final Pattern WRITER_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /** Replaces what is there, as {@code put} does everywhere. */
  public static final WriterOptions DEFAULT =
      new WriterOptions(true, "", PageCacheMode.AUTO, "anonymous", true);

  public WriterOptions {
    requireNonNull(ifMatch, "ifMatch is null");
    requireNonNull(pageCacheMode, "pageCacheMode is null");
    if (!replaceExisting && !ifMatch.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid ifMatch: '%s' (without replaceExisting nothing is replaced)".formatted(ifMatch));
    }
    if (ifMatch.chars().anyMatch(c -> c < ' ' || c == '"' || c > '~')) {
      throw new IllegalArgumentException(
          "Invalid ifMatch: it is no ETag (printable ASCII without quotes)");
    }
    if (!WRITER_ID.matcher(writerId).matches()) {
      throw new IllegalArgumentException(
          "Invalid writerId: '%s' (letters, digits and hyphens, at most 64)".formatted(writerId));
    }
  }

  public WriterOptions withReplaceExisting(boolean replace) {
    return new WriterOptions(replace, ifMatch, pageCacheMode, writerId, syncName);
  }

  /**
   * @throws IllegalArgumentException if the ETag is empty: the store tells no versions apart
   */
  public WriterOptions withIfMatch(String etag) {
    if (etag.isEmpty()) {
      throw new IllegalArgumentException("Invalid ifMatch: '' (the ETag of a version)");
    }
    return new WriterOptions(replaceExisting, etag, pageCacheMode, writerId, syncName);
  }

  public WriterOptions withPageCacheMode(PageCacheMode mode) {
    return new WriterOptions(replaceExisting, ifMatch, mode, writerId, syncName);
  }

  public WriterOptions withWriterId(String id) {
    return new WriterOptions(replaceExisting, ifMatch, pageCacheMode, id, syncName);
  }

  public WriterOptions withSyncName(boolean sync) {
    return new WriterOptions(replaceExisting, ifMatch, pageCacheMode, writerId, sync);
  }
}
