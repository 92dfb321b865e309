package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import io.s3dlio.storage.tuning.AdaptiveConfig;
import io.s3dlio.storage.tuning.SizeSummary;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * How an object is written. What is left empty is the store's own; what is set counts for every
 * store, each of which makes of it what it can:
 *
 * <pre>
 *                    s3://                             file://, direct://
 *   partSize         bytes of a part of an upload      most bytes of one write to the file
 *   maxConcurrency   parts that are sent at once       one: a file grows by one write at a time
 *   bufferSize       first memory of a part            small writes are collected in it
 *   pageCacheMode    there is no page cache            what the system is told of the pages
 *   syncName         names need no step of their own   whether the directory is synced
 * </pre>
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
 * @param partSize bytes of a part, 5 MiB to 1 GiB; the parts of a very large object grow. Each part
 *     under way takes as much memory
 * @param maxConcurrency parts under way at most, 1 to 128; fewer where the JVM's pool of buffers is
 *     short of memory
 * @param bufferSize bytes, 4 KiB to 64 MiB
 * @param adaptive what chooses the three before where they are empty
 * @param compression of the content
 */
public record WriterOptions(
    boolean replaceExisting,
    String ifMatch,
    PageCacheMode pageCacheMode,
    String writerId,
    boolean syncName,
    OptionalInt partSize,
    OptionalInt maxConcurrency,
    OptionalInt bufferSize,
    AdaptiveConfig adaptive,
    Compression compression) {
  // Before any instance, whose constructor needs it.
  private static final Pattern WRITER_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

  private static final int MIN_PART = 5 << 20;
  private static final int MAX_PART = 1 << 30;
  private static final int MAX_CONCURRENCY = 128;
  private static final int MIN_BUFFER = 4 << 10;
  private static final int MAX_BUFFER = 64 << 20;

  /** Replaces what is there, as {@code put} does everywhere. */
  public static final WriterOptions DEFAULT = new Builder().build();

  public WriterOptions {
    requireNonNull(ifMatch, "ifMatch is null");
    requireNonNull(pageCacheMode, "pageCacheMode is null");
    requireNonNull(adaptive, "adaptive is null");
    requireNonNull(compression, "compression is null");
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
    requirePartSize(partSize.orElse(MIN_PART));
    requireConcurrency(maxConcurrency.orElse(1));
    requireBufferSize(bufferSize.orElse(MIN_BUFFER));
  }

  public WriterOptions withReplaceExisting(boolean replace) {
    Builder changed = new Builder(this);
    changed.replaceExisting = replace;
    return changed.build();
  }

  /**
   * @throws IllegalArgumentException if the ETag is empty: the store tells no versions apart
   */
  public WriterOptions withIfMatch(String etag) {
    if (etag.isEmpty()) {
      throw new IllegalArgumentException("Invalid ifMatch: '' (the ETag of a version)");
    }
    Builder changed = new Builder(this);
    changed.ifMatch = etag;
    return changed.build();
  }

  public WriterOptions withPageCacheMode(PageCacheMode mode) {
    Builder changed = new Builder(this);
    changed.pageCacheMode = mode;
    return changed.build();
  }

  public WriterOptions withWriterId(String id) {
    Builder changed = new Builder(this);
    changed.writerId = id;
    return changed.build();
  }

  public WriterOptions withSyncName(boolean sync) {
    Builder changed = new Builder(this);
    changed.syncName = sync;
    return changed.build();
  }

  public WriterOptions withPartSize(int bytes) {
    Builder changed = new Builder(this);
    changed.partSize = OptionalInt.of(bytes);
    return changed.build();
  }

  public WriterOptions withMaxConcurrency(int parts) {
    Builder changed = new Builder(this);
    changed.maxConcurrency = OptionalInt.of(parts);
    return changed.build();
  }

  public WriterOptions withBufferSize(int bytes) {
    Builder changed = new Builder(this);
    changed.bufferSize = OptionalInt.of(bytes);
    return changed.build();
  }

  /** Lets what nobody sets follow the size of the object, where that is known. */
  public WriterOptions withAdaptive() {
    return withAdaptiveConfig(AdaptiveConfig.ENABLED);
  }

  public WriterOptions withAdaptiveConfig(AdaptiveConfig config) {
    Builder changed = new Builder(this);
    changed.adaptive = config;
    return changed.build();
  }

  public WriterOptions withCompression(Compression asked) {
    Builder changed = new Builder(this);
    changed.compression = asked;
    return changed.build();
  }

  /**
   * Returns the part size in force, in bytes: the one that is set, or an override of {@link
   * #adaptive}, or what that finds, or the store's own.
   *
   * @param own the store's
   * @param size of the object, if it is known
   * @throws IllegalArgumentException if an override is out of the bounds of {@link #partSize()}
   */
  public int partSize(int own, OptionalLong size) {
    return requirePartSize(adaptive.partSize(partSize, own, sizes(size)).value());
  }

  /**
   * Returns how many parts are under way at most; parameters as of {@link #partSize(int,
   * OptionalLong)}.
   */
  public int maxConcurrency(int own, OptionalLong size) {
    return requireConcurrency(adaptive.maxConcurrency(maxConcurrency, own, sizes(size)).value());
  }

  /**
   * Returns the bytes of a buffer, or the store's own number, which may be 0 for none; parameters
   * as of {@link #partSize(int, OptionalLong)}.
   */
  public int bufferSize(int own, OptionalLong size) {
    int bytes = adaptive.uploadBuffer(bufferSize, own, sizes(size)).value();
    return bytes == own ? own : requireBufferSize(bytes);
  }

  private static SizeSummary sizes(OptionalLong size) {
    return size.isPresent() ? SizeSummary.ofEach(size.getAsLong()) : SizeSummary.UNKNOWN;
  }

  private static int requirePartSize(int bytes) {
    return requireIn("partSize", bytes, MIN_PART, MAX_PART);
  }

  private static int requireConcurrency(int parts) {
    return requireIn("maxConcurrency", parts, 1, MAX_CONCURRENCY);
  }

  private static int requireBufferSize(int bytes) {
    return requireIn("bufferSize", bytes, MIN_BUFFER, MAX_BUFFER);
  }

  private static int requireIn(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (must be in [%d, %d])".formatted(name, value, min, max));
    }
    return value;
  }

  /** Values of which one is about to change. */
  private static final class Builder {
    private boolean replaceExisting = true;
    private String ifMatch = "";
    private PageCacheMode pageCacheMode = PageCacheMode.AUTO;
    private String writerId = "anonymous";
    private boolean syncName = true;
    private OptionalInt partSize = OptionalInt.empty();
    private OptionalInt maxConcurrency = OptionalInt.empty();
    private OptionalInt bufferSize = OptionalInt.empty();
    private AdaptiveConfig adaptive = AdaptiveConfig.DISABLED;
    private Compression compression = Compression.NONE;

    Builder() {}

    Builder(WriterOptions from) {
      replaceExisting = from.replaceExisting;
      ifMatch = from.ifMatch;
      pageCacheMode = from.pageCacheMode;
      writerId = from.writerId;
      syncName = from.syncName;
      partSize = from.partSize;
      maxConcurrency = from.maxConcurrency;
      bufferSize = from.bufferSize;
      adaptive = from.adaptive;
      compression = from.compression;
    }

    WriterOptions build() {
      return new WriterOptions(
          replaceExisting,
          ifMatch,
          pageCacheMode,
          writerId,
          syncName,
          partSize,
          maxConcurrency,
          bufferSize,
          adaptive,
          compression);
    }
  }
}
