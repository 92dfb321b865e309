package io.s3dlio.storage.cloud;

import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.StorageException;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Lists by pages, one in memory at a time. Keys that end with a slash, as consoles make them for
 * folders, are left out. What a server lists that was not asked for, or twice, or out of order
 * where it promises one, is no listing but a failure: what else it leaves out could not be known.
 */
public final class PagedListing implements ObjectListing {
  /** Pages of deleted objects are empty; a server that sends nothing else goes on for ever. */
  private static final int MAX_EMPTY_PAGES = 10_000;

  private static final int BAD_REQUEST = 400;

  private final ListPages pages;
  private final Location prefix;
  private final ListOptions options;
  private Iterator<ListPages.Listed> page = Collections.emptyIterator();
  private Iterator<String> directories = Collections.emptyIterator();
  private final KeySequence keys;
  private final KeySequence directoryKeys;
  private String continuation = "";
  private boolean started;
  private int emptyPages;
  private @Nullable ObjectInfo next;

  public PagedListing(ListPages pages, Location prefix, ListOptions options) {
    this.pages = pages;
    this.prefix = prefix;
    this.options = options;
    boolean ordered = pages.beginsAfterKeys();
    this.keys = new KeySequence(ordered ? options.startAfter() : "", ordered);
    this.directoryKeys = new KeySequence("", ordered);
  }

  @Override
  public boolean hasNext() throws IOException {
    while (next == null) {
      if (directories.hasNext()) {
        String directory = directories.next();
        requireDirectory(directory);
        next = ObjectInfo.directory(prefix.withKey(directory));
      } else if (page.hasNext()) {
        ListPages.Listed object = page.next();
        requireAsked(object.key());
        if (!object.key().endsWith("/") && isAfterStart(object.key())) {
          next =
              new ObjectInfo(
                  prefix.withKey(object.key()),
                  object.length(),
                  // A HEAD tells no more than seconds, and an object has one time.
                  object.lastModified().truncatedTo(ChronoUnit.SECONDS),
                  object.etag());
        }
      } else if (started && continuation.isEmpty()) {
        return false;
      } else {
        fetch();
      }
    }
    return true;
  }

  private boolean isAfterStart(String key) {
    return pages.beginsAfterKeys() || Location.KEY_ORDER.compare(key, options.startAfter()) > 0;
  }

  private void requireAsked(String key) throws StorageException {
    if (!key.startsWith(prefix.key())) {
      throw refused("the server lists '%s', which is not below it", key);
    }
    if (!options.recursive()) {
      int slash = key.indexOf('/', prefix.key().length());
      if (slash >= 0 && slash < key.length() - 1) {
        throw refused("the server lists '%s', which is below a further slash", key);
      }
    }
    requireNext(keys, key);
  }

  private void requireDirectory(String key) throws StorageException {
    if (!key.startsWith(prefix.key())
        || key.indexOf('/', prefix.key().length()) != key.length() - 1) {
      throw refused("the server names '%s' as a directory right below it", key);
    }
    requireNext(directoryKeys, key);
  }

  private void requireNext(KeySequence sequence, String key) throws StorageException {
    if (!sequence.isNext(key)) {
      throw refused("the server lists '%s' out of order", key);
    }
    if (key.indexOf('\0') >= 0) {
      throw refused("the server lists '%s', which has a NUL character", key);
    }
  }

  private StorageException refused(String reason, String key) {
    return new StorageException(
        Failure.of("list", prefix, reason.formatted(CloudFailures.told(key))));
  }

  @Override
  public ObjectInfo next() throws IOException {
    if (!hasNext()) {
      throw new NoSuchElementException("The listing of %s has ended".formatted(prefix));
    }
    ObjectInfo result = next;
    next = null;
    if (result == null) {
      throw new IllegalStateException("A listing is for one thread");
    }
    return result;
  }

  private void fetch() throws IOException {
    ListPages.Page answer;
    try {
      answer = request();
    } catch (StorageException e) {
      if (!isTokenRefused(e)) {
        throw e;
      }
      // It may have grown too old: the last key tells as well where to go on.
      continuation = "";
      answer = request();
    }
    if (answer.continuation().equals(continuation) && !continuation.isEmpty()) {
      throw new StorageException(
          Failure.of("list", prefix, "the server's next page is the same again"));
    }
    if (options.directories()) {
      directories = answer.prefixes().iterator();
    }
    emptyPages = answer.objects().isEmpty() && !directories.hasNext() ? emptyPages + 1 : 0;
    if (emptyPages > MAX_EMPTY_PAGES) {
      throw new StorageException(
          Failure.of("list", prefix, "%d pages in a row are empty".formatted(emptyPages)));
    }
    started = true;
    page = answer.objects().iterator();
    continuation = answer.continuation();
  }

  /** The last key does not tell which directories came. */
  private boolean isTokenRefused(StorageException e) {
    return pages.beginsAfterKeys()
        && !options.directories()
        && e.failure().status() == BAD_REQUEST
        && !(e instanceof AccessDeniedException)
        && !continuation.isEmpty()
        && !keys.last().isEmpty();
  }

  private ListPages.Page request() throws IOException {
    String after = pages.beginsAfterKeys() ? keys.last() : "";
    return pages.page(prefix, options.recursive(), after, continuation);
  }

  /** Returns the prefixes directly below a directory, after a key, that a listing can be cut at. */
  public static List<String> cuts(ListPages pages, Location directory, String after)
      throws IOException {
    return usable(pages.page(directory, false, after, "").prefixes(), directory, after);
  }

  /** Servers that order by UTF-16 units agree with the others about keys of these characters. */
  private static boolean comparesAlike(String cut) {
    return cut.chars().allMatch(c -> c > 0 && c < Character.MIN_SURROGATE);
  }

  /** Leaves out what was not asked for: a cut only tells where to look. */
  public static List<String> usable(List<String> prefixes, Location directory, String after) {
    return prefixes.stream()
        .filter(cut -> cut.endsWith("/") && cut.startsWith(directory.key()))
        .filter(cut -> Location.KEY_ORDER.compare(cut, after) > 0)
        .filter(PagedListing::comparesAlike)
        .sorted(Location.KEY_ORDER)
        .distinct()
        .toList();
  }

  @Override
  public void close() {
    page = Collections.emptyIterator();
    directories = Collections.emptyIterator();
    next = null;
    started = true;
    continuation = "";
  }
}
