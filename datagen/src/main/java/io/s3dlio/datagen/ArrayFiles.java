package io.s3dlio.datagen;

import io.s3dlio.format.Hdf5;
import io.s3dlio.format.ImageShape;
import io.s3dlio.format.Npy;
import io.s3dlio.format.Npz;
import io.s3dlio.storage.checksum.Crc;
import java.nio.ByteBuffer;

/** Files of arrays: images of random bytes, and labels that number the samples of the data set. */
final class ArrayFiles {
  private static final byte[] NOTHING = {};

  private ArrayFiles() {}

  static ObjectSource npy(long seed, long index, long size, int samples) {
    ImageShape shape = Npy.shape(size, samples);
    return new FramedBytes(
        Npy.header(size, shape), RandomBytes.of(seed, index, shape.length()), NOTHING);
  }

  static ObjectSource npz(long seed, long index, long size, int samples) {
    Npz npz = Npz.ofLength(size, samples, index * samples);
    SealedObject images = new SealedObject(seed, index, npz.shape().length(), Crc.CRC32);
    int sum = images.sum();
    return new FramedBytes(npz.head(sum), images, npz.tail(sum));
  }

  static ObjectSource hdf5(long seed, long index, long size, int samples) {
    ImageShape shape = Hdf5.shape(size, samples);
    return new FramedBytes(
        Hdf5.head(size, shape, index * samples),
        RandomBytes.of(seed, index, shape.length()),
        NOTHING);
  }

  /** One piece of sealed bytes. */
  private record SealedObject(RandomBytes random, long length, Crc crc) implements ObjectSource {
    SealedObject(long seed, long index, long length, Crc crc) {
      this(RandomBytes.of(seed, index, Long.MAX_VALUE), length, crc);
    }

    int sum() {
      return new SealedBytes(random, crc).sum(0, length);
    }

    /** The frame has looked at the bounds. */
    @Override
    public void fill(long offset, ByteBuffer target) {
      new SealedBytes(random, crc).fill(0, length, offset, target);
    }
  }
}
