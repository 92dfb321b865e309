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

  static ObjectSource npy(long seed, long index, long size, int samples, Factors factors) {
    ImageShape shape = Npy.shape(size, samples);
    return new FramedBytes(
        Npy.header(size, shape), factors.bytes(seed, index, shape.length()), NOTHING);
  }

  static ObjectSource npz(long seed, long index, long size, int samples, Factors factors) {
    Npz npz = Npz.ofLength(size, samples, index * samples);
    SealedObject images =
        new SealedObject(factors.bytes(seed, index, npz.shape().length()), Crc.CRC32);
    int sum = images.sum();
    return new FramedBytes(npz.head(sum), images, npz.tail(sum));
  }

  static ObjectSource hdf5(long seed, long index, long size, int samples, Factors factors) {
    ImageShape shape = Hdf5.shape(size, samples);
    return new FramedBytes(
        Hdf5.head(size, shape, index * samples),
        factors.bytes(seed, index, shape.length()),
        NOTHING);
  }

  /** One piece of sealed bytes. */
  private record SealedObject(BlockSource bytes, Crc crc) implements ObjectSource {
    @Override
    public long length() {
      return bytes.length();
    }

    int sum() {
      return new SealedBytes(bytes, crc).sum(0, length());
    }

    /** The frame has looked at the bounds. */
    @Override
    public void fill(long offset, ByteBuffer target) {
      new SealedBytes(bytes, crc).fill(0, length(), offset, target);
    }
  }
}
