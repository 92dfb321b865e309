package io.s3dlio.storage.file;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lists files in key order, depth first. Holds the names of one directory for each level that it is
 * in, and no open file. Each name is looked at when its turn comes.
 *
 * <p>Symbolic links are followed, but not into a directory that the walk is already in. What is
 * neither a file nor a directory, dangling links and files that vanish meanwhile are no objects.
 */
final class LocalListing implements ObjectListing {
  private final Location prefix;
  private final ListOptions options;
  private final Predicate<String> names;
  private final Deque<Level> levels = new ArrayDeque<>();
  private boolean started;
  private @Nullable ObjectInfo next;

  /**
   * @param names which files are listed, by the last part of their key
   */
  LocalListing(Location prefix, ListOptions options, Predicate<String> names) {
    this.prefix = prefix;
    this.options = options;
    this.names = names;
  }

  @Override
  public boolean hasNext() throws IOException {
    if (!started) {
      int name = prefix.key().lastIndexOf('/') + 1;
      enter(prefix.key().substring(0, name), prefix.key().substring(name));
      started = true;
    }
    while (next == null && !levels.isEmpty()) {
      advance(levels.getLast());
    }
    return next != null;
  }

  @Override
  public ObjectInfo next() throws IOException {
    if (!hasNext()) {
      throw new NoSuchElementException("The listing of " + prefix + " has ended");
    }
    ObjectInfo result = Objects.requireNonNull(next);
    next = null;
    return result;
  }

  @Override
  public void close() {
    started = true;
    next = null;
    levels.clear();
  }

  /** A step that fails has not been made: what follows it is not listed as if it were whole. */
  private void advance(Level level) throws IOException {
    String name = level.names.size() > level.position ? level.names.get(level.position) : null;
    String directory = level.directories.peek();
    if (directory != null && (name == null || Location.KEY_ORDER.compare(directory, name) < 0)) {
      if (options.directories()) {
        next = ObjectInfo.directory(prefix.withKey(level.key + directory));
      } else {
        enter(level.key + directory, "");
      }
      level.directories.remove();
    } else if (name != null) {
      visit(level, name);
      level.position++;
    } else {
      levels.remove(level);
    }
  }

  private void visit(Level level, String name) throws IOException {
    String key = level.key + name;
    boolean fileIsDue = isAfterStart(key) && names.test(name);
    boolean directoryIsDue =
        options.directories()
            ? isAfterStart(key + "/")
            : options.recursive() && mayHoldDue(key + "/");
    if (!fileIsDue && !directoryIsDue) {
      return;
    }
    Location location = prefix.withKey(key);
    BasicFileAttributes attributes = attributes(location);
    if (attributes == null) {
      return;
    }
    if (attributes.isDirectory() && directoryIsDue) {
      level.directories.add(name + "/");
    } else if (attributes.isRegularFile() && fileIsDue) {
      next = FileVersion.info(location, attributes);
    }
  }

  private boolean isAfterStart(String key) {
    return Location.KEY_ORDER.compare(key, options.startAfter()) > 0;
  }

  private boolean mayHoldDue(String directoryKey) {
    return isAfterStart(directoryKey) || options.startAfter().startsWith(directoryKey);
  }

  /** Returns nothing for what vanished and for a link that leads nowhere. */
  private @Nullable BasicFileAttributes attributes(Location location) throws IOException {
    Path path = LocalPaths.of("list", location);
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      if (Files.isSymbolicLink(path) && FileErrors.leadsNowhere(e)) {
        return null;
      }
      throw FileErrors.other("list", location, e);
    }
  }

  private void enter(String key, String namePrefix) throws IOException {
    Location location = prefix.withKey(key);
    Path path = LocalPaths.of("list", location);
    try {
      Object fileKey = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      Object identity = fileKey != null ? fileKey : path.toRealPath();
      if (levels.stream().noneMatch(level -> level.identity.equals(identity))) {
        levels.addLast(new Level(key, identity, read(location, path, namePrefix)));
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Nothing is below the prefix, or no longer.
    } catch (DirectoryIteratorException e) {
      throw FileErrors.other("list", location, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      if (!FileErrors.leadsNowhere(e)) {
        throw FileErrors.other("list", location, e);
      }
    }
  }

  private static List<String> read(Location directory, Path path, String namePrefix)
      throws IOException {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        String name = LocalPaths.nameOf(directory, entry);
        if (name.startsWith(namePrefix)) {
          found.add(name);
        }
      }
    }
    found.sort(Location.KEY_ORDER);
    return found;
  }

  /** A directory that the walk is in. */
  private static final class Level {
    private final String key;
    private final Object identity;
    private final List<String> names;
    private int position;

    /** Sub-directories that wait for their turn: {@code a/} comes after {@code a-b}. */
    private final PriorityQueue<String> directories = new PriorityQueue<>(Location.KEY_ORDER);

    Level(String key, Object identity, List<String> names) {
      this.key = key;
      this.identity = identity;
      this.names = names;
    }
  }
}
