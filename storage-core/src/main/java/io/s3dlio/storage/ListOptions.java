package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

/**
 * Which objects below a prefix a listing returns.
 *
 * @param recursive whether objects past a further slash are listed too
 * @param startAfter only keys after this one, in {@link Location#KEY_ORDER}; empty for all
 * @param directories whether a listing that is not recursive tells of what lies past a further
 *     slash by one entry, whose key ends with that slash. It has no length, time or etag. Such
 *     entries are in key order, and objects are, but one kind may come before the other
 */
public record ListOptions(boolean recursive, String startAfter, boolean directories) {
  /** Every object whose key begins with the prefix. */
  public static final ListOptions RECURSIVE = new ListOptions(true, "");

  /** The objects whose key has no slash after the prefix. */
  public static final ListOptions FLAT = new ListOptions(false, "");

  /** The objects whose key has no slash after the prefix, and the directories beside them. */
  public static final ListOptions LEVEL = new ListOptions(false, "", true);

  public ListOptions {
    requireNonNull(startAfter, "startAfter is null");
    if (recursive && directories) {
      throw new IllegalArgumentException(
          "Invalid directories: true (a recursive listing tells what is in them)");
    }
  }

  /** Without directories. */
  public ListOptions(boolean recursive, String startAfter) {
    this(recursive, startAfter, false);
  }
}
