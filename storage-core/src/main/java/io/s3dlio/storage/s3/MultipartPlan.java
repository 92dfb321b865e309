package io.s3dlio.storage.s3;

/**
 * How large the parts of an upload are whose length nobody knows: they grow, so that the 10,000
 * parts that S3 allows hold its largest object, and a small one needs no large buffer. The figures
 * are those of "Amazon S3 multipart upload limits".
 */
final class MultipartPlan {
  static final int MIN_PART = 5 << 20;
  static final int MAX_PARTS = 10_000;
  static final long MAX_OBJECT = 5L << 40;

  private static final int STEP = 500;

  private MultipartPlan() {}

  /**
   * Returns the size of a part that is not the last: the preferred one for the first five hundred,
   * and twice as much for each five hundred after, up to 1 GiB.
   *
   * @param number counts from 1
   * @param preferred at least {@link #MIN_PART}
   */
  static int partSize(int number, int preferred) {
    int doublings = (number - 1) / STEP;
    return (int) Math.min(Math.max(preferred, 1 << 30), (long) preferred << doublings);
  }
}
