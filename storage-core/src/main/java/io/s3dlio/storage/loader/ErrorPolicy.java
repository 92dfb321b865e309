package io.s3dlio.storage.loader;

/**
 * What becomes of an epoch when items cannot be read, once every retry is spent.
 *
 * @param maxFailures how many items of one stream may be left out; the next one that fails ends it
 */
public record ErrorPolicy(long maxFailures) {
  private static final ErrorPolicy FAIL = new ErrorPolicy(0);

  public ErrorPolicy {
    if (maxFailures < 0) {
      throw new IllegalArgumentException(
          "Invalid maxFailures: %d (must be >= 0)".formatted(maxFailures));
    }
  }

  /** Returns the default: the first item that fails ends the stream. */
  public static ErrorPolicy fail() {
    return FAIL;
  }

  /**
   * Returns a policy that leaves out so many items. Their batches are shorter, and {@link
   * BatchStream#failures} names each of them and why.
   */
  public static ErrorPolicy skip(long maxFailures) {
    return new ErrorPolicy(maxFailures);
  }

  @Override
  public String toString() {
    return maxFailures == 0 ? "fail" : "skip(%d)".formatted(maxFailures);
  }
}
