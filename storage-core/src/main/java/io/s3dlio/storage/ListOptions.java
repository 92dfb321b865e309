package io.s3dlio.storage;

import static java.util.Objects.requireNonNull;

/**
 * Which objects below a prefix a listing returns.
 *
 * @param recursive whether objects past a further slash are listed too
 * @param startAfter only keys after this one, in {@link Location#KEY_ORDER}; empty for all
 */
public record ListOptions(boolean recursive, String startAfter) {
  /** Every object whose key begins with the prefix. */
  public static final ListOptions RECURSIVE = new ListOptions(true, "");

  /** The objects whose key has no slash after the prefix. */
  public static final ListOptions FLAT = new ListOptions(false, "");

  public ListOptions {
    requireNonNull(startAfter, "startAfter is null");
  }
}
