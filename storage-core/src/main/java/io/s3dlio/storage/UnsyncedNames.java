package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names that somebody gave below a prefix with {@link WriterOptions#syncName()} off, so that
 * each of their directories is synced once for all of them. Keeps directories, a bounded number of
 * them, and does nothing where stores need no syncing. Not thread-safe.
 */
public final class UnsyncedNames {
  private static final int MAX_DIRECTORIES = 1000;

  private final Location prefix;
  private final @Nullable NameSync store;
  private final Set<String> directories = new HashSet<>();
  private String last = "";

  /**
   * @param store stays the caller's
   */
  public UnsyncedNames(ObjectStore store, Location prefix) {
    this.prefix = requireNonNull(prefix, "prefix is null").asPrefix();
    this.store = store instanceof NameSync sync ? sync : null;
  }

  /** Takes note of an object that is complete. */
  public void add(String name) throws IOException {
    int end = name.lastIndexOf('/') + 1;
    // Most names follow one of the same directory.
    boolean isSame = !directories.isEmpty() && end == last.length() && name.startsWith(last);
    if (store != null && !isSame) {
      last = name.substring(0, end);
      directories.add(last);
      if (directories.size() > MAX_DIRECTORIES) {
        sync();
      }
    }
  }

  /** Makes all of them safe. */
  public void sync() throws IOException {
    if (store != null && !directories.isEmpty()) {
      Set<Location> prefixes = new HashSet<>();
      directories.forEach(directory -> prefixes.add(prefix.append(directory)));
      store.syncNames(prefixes);
      directories.clear();
    }
  }
}
