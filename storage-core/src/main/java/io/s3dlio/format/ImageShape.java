package io.s3dlio.format;

/**
 * The shape of an array of images, bytes in two dimensions each.
 *
 * @param height of each image: a power of two, so that arrays of round sizes are aligned
 * @param width of each image
 * @param samples how many images there are
 */
public record ImageShape(long height, long width, int samples) {
  /** The most images that an array can have. */
  public static final int MAX_SAMPLES = 4096;

  /** What the last dimension's step takes at most: less than that is left of what there was. */
  static final int MAX_STEP = 4096;

  /**
   * Returns the shape of as many bytes as possible, at most this many and less than {@link
   * #MAX_STEP} fewer.
   *
   * @param length at least a byte for each sample
   */
  public static ImageShape within(long length, int samples) {
    long root = Long.highestOneBit((long) Math.sqrt((double) length / samples));
    long height = Math.min(root, Long.highestOneBit(MAX_STEP / samples));
    return new ImageShape(height, length / (height * samples), samples);
  }

  /** Returns how many bytes the array has. */
  public long length() {
    return height * width * samples;
  }
}
