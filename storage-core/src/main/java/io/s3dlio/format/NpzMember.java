package io.s3dlio.format;

/**
 * What an NPZ object's directory says of a member, checked against the object and the other
 * members.
 *
 * @param name as the directory has it: any text, never a path to anything
 * @param deflated whether it is compressed
 * @param length how many bytes it has, not compressed
 * @param storedLength how many bytes of the object it takes
 * @param crc32 the CRC-32 of its bytes, not compressed
 * @param headerOffset where in the object its local header begins
 * @param limit where in the object it has to end: where the next begins, or the directory
 */
public record NpzMember(
    String name,
    boolean deflated,
    long length,
    long storedLength,
    int crc32,
    long headerOffset,
    long limit) {
  private static final String SUFFIX = ".npy";

  /** Returns whether it is an array by its name. */
  public boolean isArray() {
    return name.endsWith(SUFFIX);
  }

  /** Returns the name by which numpy knows it: without the suffix of arrays. */
  public String arrayName() {
    return isArray() ? name.substring(0, name.length() - SUFFIX.length()) : name;
  }
}
