package io.s3dlio.spark.read;

import static java.util.Objects.requireNonNull;

import io.s3dlio.spark.config.NamePattern;
import io.s3dlio.storage.AccessDeniedException;
import io.s3dlio.storage.CutListings;
import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A piece of a prefix's listing, the whole of it at first. One that turns out long is cut where
 * other directories begin, if the store can say where they do, and the pieces behind the cuts are
 * listed by other threads.
 *
 * <p>For example, four thousand objects below {@code 2024/01/} and nothing else yet: the store is
 * asked for directories beside {@code 2024/}, and if there is none for those beside {@code
 * 2024/01/}, of which eleven are found. This piece then ends where {@code 2024/02/} begins, and
 * other pieces begin at some of the eleven. Where directories hold few objects each, or none are
 * seen, nothing is asked: the answers would cost more than they save.
 *
 * <p>Other stores across a network list after no key: {@link OpenDirectories} tells what pieces
 * they are listed in.
 */
final class ListedPiece {
  private static final Logger LOG = LoggerFactory.getLogger(ListedPiece.class);

  /** A listing of more objects, four pages, is worth another piece. */
  static final int LONG = 4000;

  /** How many pieces one cut makes, at most. */
  static final int MOST_CUTS = 32;

  /** How many directories a store names at once. */
  private static final int NAMES = 1000;

  /** What all pieces of one listing have in common. */
  interface Context {
    ObjectTable.Builder table();

    /** Returns whether an object is one that the read has. */
    boolean keeps(ObjectInfo object);

    /** Counts an object that is kept. */
    void count(ObjectInfo object) throws IOException;

    /** Returns whether another piece would be listed soon. */
    boolean hasRoom();

    /** Has another piece listed. */
    void begin(ListedPiece piece);

    /** Returns whether going on is of no use. */
    boolean isOver();
  }

  private final ObjectStore store;
  private final Location prefix;

  /** Which names right below the prefix are listed; null for all. */
  private final @Nullable ReadRoot names;

  /** What the store is asked for: the prefix, or a longer one. */
  private final Location asked;

  private final boolean recursive;
  private final String after;
  private final Context context;
  private final List<ObjectTable.Builder> tables = new ArrayList<>();

  /** The first key that is another piece's; null for none. Changed by this piece's thread alone. */
  private @Nullable String end;

  /** What all keys of this piece begin with. Changed by this piece's thread alone. */
  private String within = "";

  private @Nullable ListedPiece next;
  private boolean found;

  /** What was passed, where a store lists after no key; null where nothing is cut so. */
  private @Nullable OpenDirectories open;

  /** The directory beside whose own directories a cut is looked for; null once there is none. */
  private @Nullable String level;

  private String child = "";
  private int children;
  private int listed;
  private int patience = LONG;

  private ListedPiece(
      ObjectStore store,
      Location prefix,
      @Nullable ReadRoot names,
      Location asked,
      boolean recursive,
      String after,
      @Nullable String end,
      @Nullable String level,
      Context context) {
    this.store = store;
    this.prefix = prefix;
    this.names = names;
    this.asked = asked;
    this.recursive = recursive;
    this.after = after;
    this.end = end;
    this.level = level;
    this.context = context;
  }

  /**
   * Returns the whole of a prefix's listing.
   *
   * @param keys what of it is listed
   */
  static ListedPiece whole(
      ObjectStore store, Location prefix, KeyRange keys, boolean recursive, Context context) {
    boolean mayBeCut = recursive && prefix.isPrefix();
    boolean cutsByKey = store instanceof CutListings;
    Location asked = keys.prefix();
    ListedPiece whole =
        new ListedPiece(
            store,
            prefix,
            null,
            asked,
            recursive,
            keys.after(),
            keys.end(),
            mayBeCut && cutsByKey ? keys.directory() : null,
            context);
    if (mayBeCut && !cutsByKey && !prefix.isLocal() && keys.directory().equals(asked.key())) {
      whole.open = new OpenDirectories(prefix, asked);
    }
    return whole;
  }

  /** Returns the listing of some names right below a prefix, and of all that is below those. */
  static ListedPiece names(ObjectStore store, ReadRoot root, boolean recursive, Context context) {
    Location prefix = root.location();
    return new ListedPiece(store, prefix, root, prefix, recursive, "", null, null, context);
  }

  /** Lists this piece to its end, or until going on is of no use. */
  void list() throws IOException {
    if (names == null) {
      listAll();
    } else {
      listNames(names);
    }
  }

  /** Lists the objects among the names, and has other pieces list the directories. */
  private void listNames(ReadRoot root) throws IOException {
    NamePattern pattern = requireNonNull(root.names());
    List<Location> directories = new ArrayList<>();
    Location start = prefix.append(pattern.plainStart());
    try (ObjectListing listing = store.list(start, ListOptions.LEVEL)) {
      while (listing.hasNext() && !context.isOver()) {
        ObjectInfo entry = listing.next();
        String name = entry.nameBelow(prefix);
        found |= pattern.finds(name);
        if (root.takes(name)) {
          if (entry.isDirectory()) {
            directories.add(entry.location());
          } else if (context.keeps(entry)) {
            add(entry);
          }
        }
      }
    }
    List<ListedPiece> pieces = new ArrayList<>(directories.size());
    for (int i = directories.size() - 1; i >= 0; i--) {
      ListedPiece piece = all(directories.get(i));
      piece.next = next;
      next = piece;
      pieces.add(piece);
    }
    Collections.reverse(pieces);
    pieces.forEach(context::begin);
  }

  private ListedPiece all(Location directory) {
    return whole(store, directory, KeyRange.all(directory), recursive, context);
  }

  private void listAll() throws IOException {
    try (ObjectListing listing = store.list(asked, new ListOptions(recursive, after))) {
      while (listing.hasNext() && !context.isOver()) {
        ObjectInfo object = listing.next();
        String key = object.location().key();
        if ((end != null && Location.KEY_ORDER.compare(key, end) >= 0) || !key.startsWith(within)) {
          return;
        }
        found = true;
        if (!HiddenNames.hides(key.substring(prefix.key().length())) && context.keeps(object)) {
          add(object);
        }
        if (level != null) {
          notice(key);
        }
        if (open != null) {
          open.pass(key);
          if (open.isDue() && context.hasRoom()) {
            giveAway(open);
          }
        }
      }
    }
  }

  /** Has others list what this piece has not come to, but for the directory that it is in. */
  private void giveAway(OpenDirectories directories) throws IOException {
    List<ObjectInfo> rest;
    try {
      rest = directories.takeRest(store);
    } catch (AccessDeniedException e) {
      // A policy may allow no delimiter.
      LOG.info("{} is listed from end to end: {}", prefix, e.getMessage());
      open = null;
      return;
    }
    if (rest.isEmpty()) {
      return;
    }
    within = directories.outermost();
    List<ListedPiece> pieces = new ArrayList<>();
    ListedPiece last = this;
    boolean collects = false;
    for (ObjectInfo entry : rest) {
      if (entry.isDirectory()) {
        last = last.followedBy(all(entry.location()));
        pieces.add(last);
        collects = false;
      } else if (context.keeps(entry)) {
        if (!collects) {
          last = last.followedBy(all(prefix));
          collects = true;
        }
        last.add(entry);
      }
    }
    pieces.forEach(context::begin);
  }

  private ListedPiece followedBy(ListedPiece piece) {
    piece.next = next;
    next = piece;
    return piece;
  }

  private void add(ObjectInfo object) throws IOException {
    context.count(object);
    if (tables.isEmpty() || tables.get(tables.size() - 1).isFull()) {
      tables.add(context.table());
    }
    tables.get(tables.size() - 1).add(object);
  }

  /** Counts directories as they go by, and cuts once many objects came and few directories. */
  private void notice(String key) throws IOException {
    listed++;
    if (!key.startsWith(child) || child.isEmpty()) {
      if (level == null || !key.startsWith(level)) {
        // Behind the directory: what comes is beside it, and no cut was found there.
        level = null;
        return;
      }
      child = childOf(level, key);
      children++;
    }
    if (listed >= patience && context.hasRoom()) {
      patience = 2 * listed;
      while (level != null && isWorthACut() && child.endsWith("/") && !cut(key)) {
        descend(key);
      }
    }
  }

  private boolean isWorthACut() {
    return (long) listed / children * NAMES >= 2 * LONG;
  }

  private static String childOf(String directory, String key) {
    int slash = key.indexOf('/', directory.length());
    return slash < 0 ? key : key.substring(0, slash + 1);
  }

  /** There is nothing beside the child any more: all that comes is below it. */
  private void descend(String key) {
    level = child;
    child = childOf(child, key);
    children = 1;
  }

  /** Cuts beside the child, if there is anything, and returns whether there was. */
  private boolean cut(String key) throws IOException {
    String directory = level;
    if (directory == null || !(store instanceof CutListings cutting)) {
      return true;
    }
    List<String> cuts;
    try {
      cuts =
          cutting.cuts(prefix.withKey(directory), key).stream()
              .filter(cut -> cut.startsWith(asked.key()))
              .filter(cut -> end == null || Location.KEY_ORDER.compare(cut, end) < 0)
              .toList();
    } catch (AccessDeniedException e) {
      // A policy may allow the prefix of the read and no other.
      LOG.info("{} is listed from end to end: {}", prefix, e.getMessage());
      level = null;
      return true;
    }
    if (cuts.isEmpty()) {
      return false;
    }
    long expected = (long) listed / children * cuts.size();
    int count = (int) Math.min(Math.min(MOST_CUTS, cuts.size()), expected / LONG);
    List<ListedPiece> pieces = new ArrayList<>();
    for (int i = count - 1; i >= 0; i--) {
      String from = cuts.get((int) ((long) i * cuts.size() / count));
      ListedPiece piece =
          new ListedPiece(store, prefix, null, asked, recursive, from, end, directory, context);
      piece.next = next;
      next = piece;
      end = from;
      pieces.add(0, piece);
    }
    if (count > 0) {
      descend(key);
      listed = 0;
      patience = LONG;
    }
    pieces.forEach(context::begin);
    return true;
  }

  /** Returns whether the store listed anything, hidden or not, before the first cut. */
  boolean hasFound() {
    return found;
  }

  /** Returns the piece that follows; null for the last. */
  @Nullable ListedPiece next() {
    return next;
  }

  /** Gives away what was listed, in order. */
  List<ObjectTable.Builder> takeTables() {
    List<ObjectTable.Builder> taken = List.copyOf(tables);
    tables.clear();
    return taken;
  }
}
