package io.s3dlio.format;

import java.nio.ByteBuffer;

/** The labels of samples: their numbers in the data set. */
final class Labels {
  private Labels() {}

  /** Puts the labels of one object's samples, integers of 64 bits. */
  static ByteBuffer put(long first, int samples, ByteBuffer target) {
    for (int i = 0; i < samples; i++) {
      target.putLong(first + i);
    }
    return target;
  }
}
