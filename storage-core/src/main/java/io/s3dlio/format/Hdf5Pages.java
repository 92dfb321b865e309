package io.s3dlio.format;

import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads what is not elements of an HDF5 object: small structures that lie near each other and are
 * looked at again. Keeps the last pages, 1 MiB of them. Thread-safe.
 */
final class Hdf5Pages {
  static final int PAGE = 16 << 10;

  /** What is longer is read by itself, and not kept. */
  private static final int LONGEST_KEPT = 256 << 10;

  private static final int MAX_PAGES = 64;

  private final SourceObject object;
  private final Map<Long, byte[]> pages = new LinkedHashMap<>(MAX_PAGES, 0.75f, true);

  Hdf5Pages(SourceObject object) {
    this.object = object;
  }

  SourceObject object() {
    return object;
  }

  /** Returns bytes, all of which are in the object. */
  byte[] read(long offset, int length) throws IOException {
    if (length > LONGEST_KEPT) {
      return fetch(offset, length);
    }
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      long at = offset + done;
      byte[] page = page(at / PAGE, (offset + length - 1) / PAGE);
      int from = (int) (at % PAGE);
      int count = Math.min(length - done, page.length - from);
      System.arraycopy(page, from, bytes, done, count);
      done += count;
    }
    return bytes;
  }

  /** Returns a page. If it is not there, those after it that are wanted come with it. */
  private byte[] page(long first, long last) throws IOException {
    int missing = 0;
    synchronized (pages) {
      byte[] page = pages.get(first);
      if (page != null) {
        return page;
      }
      while (first + missing <= last && !pages.containsKey(first + missing)) {
        missing++;
      }
    }
    long start = first * PAGE;
    int length = (int) Math.min((long) missing * PAGE, object.length() - start);
    byte[] fetched = fetch(start, length);
    byte[] wanted = new byte[0];
    synchronized (pages) {
      for (int at = 0; at < length; at += PAGE) {
        byte[] page = new byte[Math.min(PAGE, length - at)];
        System.arraycopy(fetched, at, page, 0, page.length);
        pages.put(first + at / PAGE, page);
        wanted = at == 0 ? page : wanted;
      }
      var eldest = pages.entrySet().iterator();
      while (pages.size() > MAX_PAGES) {
        eldest.next();
        eldest.remove();
      }
    }
    return wanted;
  }

  private byte[] fetch(long offset, int length) throws IOException {
    try (BufferLease lease = BufferPool.shared().acquire(length)) {
      byte[] bytes = new byte[length];
      object.read(offset, lease.buffer());
      lease.buffer().flip().get(bytes);
      return bytes;
    }
  }
}
