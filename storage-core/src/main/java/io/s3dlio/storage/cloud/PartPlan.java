package io.s3dlio.storage.cloud;

import io.s3dlio.storage.WriterOptions;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * In which parts objects go up to a store, where a writer's options say nothing. Parts of an object
 * whose length nobody knows grow, so that as many as the store allows hold its largest object, and
 * a small one needs no large buffer.
 *
 * @param partSize bytes of each of the first parts
 * @param partsInFlight how many are sent at once
 * @param maxParts how many parts of one object the store takes
 * @param maxObject bytes of the largest object that it takes
 */
public record PartPlan(int partSize, int partsInFlight, int maxParts, long maxObject) {
  /** What has as many parts is sent faster in parts. */
  private static final int LEAST_PARTS = 4;

  private static final int STEPS = 20;
  private static final int LARGEST = 1 << 30;

  /** Returns how many bytes so many parts hold. */
  public static long bytes(int maxParts, int partSize) {
    long bytes = 0;
    for (int number = 1; number <= maxParts; number++) {
      bytes += partSize(number, partSize, maxParts);
    }
    return bytes;
  }

  /** Returns the bytes of the first parts of an object. */
  int partSize(WriterOptions options, OptionalLong size) {
    return options.partSize(partSize, size);
  }

  /** Returns how many parts of an object are sent at once. */
  int partsInFlight(WriterOptions options, OptionalLong size) {
    return options.maxConcurrency(partsInFlight, size);
  }

  /** Returns whether content that lies in memory is large enough to be put in parts. */
  public boolean putsInParts(ByteBuffer content, WriterOptions options) {
    OptionalLong size = OptionalLong.of(content.remaining());
    return content.remaining() >= (long) LEAST_PARTS * partSize(options, size);
  }

  /**
   * Returns the size of a part that is not the last: the preferred one for the first twentieth of
   * all that there may be, and twice as much for each twentieth after, up to 1 GiB.
   *
   * @param number counts from 1
   */
  int partSize(int number, int preferred) {
    return partSize(number, preferred, maxParts);
  }

  private static int partSize(int number, int preferred, int maxParts) {
    int doublings = (number - 1) / (maxParts / STEPS);
    return (int) Math.min(Math.max(preferred, LARGEST), (long) preferred << doublings);
  }
}
