package io.s3dlio.format;

import java.util.List;
import java.util.stream.LongStream;

/**
 * The shape of an array of samples, for instance of images.
 *
 * @param type of the elements
 * @param sample the lengths of each sample's axes: 1 to {@link #MAX_AXES}, each 1 or more
 * @param samples how many there are
 */
public record ImageShape(ElementType type, List<Long> sample, int samples) {
  /** The most samples that an array can have. */
  public static final int MAX_SAMPLES = 4096;

  /** The most axes of a sample: HDF5 has 32 of an array. */
  public static final int MAX_AXES = 31;

  /** How many bytes the last dimension's step takes at most: less than that is left. */
  static final int MAX_STEP = 4096;

  public ImageShape {
    sample = List.copyOf(sample);
    if (sample.isEmpty() || sample.size() > MAX_AXES) {
      throw new IllegalArgumentException(
          "Invalid shape: it has %d axes (must be 1 to %d)".formatted(sample.size(), MAX_AXES));
    }
    try {
      long length = Math.multiplyExact((long) samples, type.bytes());
      for (long axis : sample) {
        if (axis < 1) {
          throw new IllegalArgumentException(
              "Invalid shape: %s (must be >= 1 each)".formatted(sample));
        }
        length = Math.multiplyExact(length, axis);
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "Invalid shape: %d samples of %s are too large".formatted(samples, sample), e);
    }
  }

  /** Returns how many samples there are at most where their shape follows from the length. */
  public static int maxSamples(ElementType type) {
    return MAX_STEP / type.bytes();
  }

  /**
   * Returns the shape of images, a height and a width, that take as many bytes as possible, at most
   * this many and less than {@link #MAX_STEP} fewer. The height is a power of two, so that arrays
   * of round sizes are aligned.
   *
   * @param length at least an element for each sample
   * @param samples at most {@link #maxSamples}
   */
  public static ImageShape within(long length, ElementType type, int samples) {
    long elements = length / type.bytes();
    long root = Long.highestOneBit((long) Math.sqrt((double) elements / samples));
    long height = Math.min(root, Long.highestOneBit(maxSamples(type) / samples));
    return new ImageShape(type, List.of(height, elements / (height * samples)), samples);
  }

  /** Returns how many bytes the array has. */
  public long length() {
    return sample.stream().reduce((long) samples * type.bytes(), (a, b) -> a * b);
  }

  /** Returns the lengths of the array's axes where the samples are the last of these. */
  long[] samplesLast() {
    return LongStream.concat(axes(), LongStream.of(samples)).toArray();
  }

  /** Returns the lengths of the array's axes where the samples are the first of these. */
  long[] samplesFirst() {
    return LongStream.concat(LongStream.of(samples), axes()).toArray();
  }

  private LongStream axes() {
    return sample.stream().mapToLong(Long::longValue);
  }
}
