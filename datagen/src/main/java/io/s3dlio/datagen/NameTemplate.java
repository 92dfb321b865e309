package io.s3dlio.datagen;

/**
 * Names objects by their index: {@code sample_{:06d}.npz}, {@code part-{}}, {@code {index}_of_
 * {count}}. Immutable.
 */
public final class NameTemplate {
  /**
   * Parses a template.
   *
   * @param count how many objects will be named; negative if that is not known
   * @throws IllegalArgumentException if the template is malformed, if it would give two objects the
   *     same name, or if its names would not be plain keys below a prefix (see {@link
   *     #requireSafe})
   */
  public static NameTemplate parse(String template, long count) {
    throw new UnsupportedOperationException();
  }

  /** Returns the name of the object with this index. */
  public String name(long index) {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns the name if it is a key below a prefix: relative, with no empty, {@code .} or {@code
   * ..} component, no control character, no backslash, not hidden from reads (no component begins
   * with {@code _} or {@code .}, as Spark's file sources have it), at most 1024 bytes as UTF-8.
   *
   * @throws IllegalArgumentException saying which rule the name breaks
   */
  public static String requireSafe(String name) {
    throw new UnsupportedOperationException();
  }
}
