package io.s3dlio.spark.jobs;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.manifest.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The claims of some slices, read as they are asked for. Not thread-safe. */
final class Claims implements Iterator<Claim>, AutoCloseable {
  private final ObjectStore store;
  private final Location prefix;
  private final Iterator<ShardSlice> slices;
  private @Nullable ShardSlice slice;
  private Manifests.@Nullable Entries entries;
  private long number;
  private @Nullable Claim next;

  /**
   * @param store stays the caller's
   */
  Claims(ObjectStore store, Location prefix, Iterator<ShardSlice> slices) {
    this.store = store;
    this.prefix = prefix;
    this.slices = slices;
  }

  @Override
  public boolean hasNext() {
    try {
      while (next == null && (entries != null || slices.hasNext())) {
        advance();
      }
      return next != null;
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private void advance() throws IOException {
    ShardSlice current = slice;
    Manifests.Entries open = entries;
    if (current == null || open == null) {
      current = slices.next();
      slice = current;
      entries = Manifests.entries(store, prefix, current.toManifest());
      number = 0;
    } else if (!open.hasNext()) {
      close();
    } else if (current.has(number++)) {
      next = Claim.of(current.job(), current.recipe(), open.next());
    } else {
      open.next();
    }
  }

  @Override
  public Claim next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("there is no further claim");
    }
    Claim claim = next;
    next = null;
    return claim;
  }

  @Override
  public void close() throws IOException {
    Manifests.Entries open = entries;
    entries = null;
    if (open != null) {
      open.close();
    }
  }
}
