package io.s3dlio.datagen;

import io.s3dlio.format.Hdf5;
import io.s3dlio.format.ImageShape;
import io.s3dlio.format.Npy;
import io.s3dlio.format.Npz;
import java.nio.ByteBuffer;

/** Files of arrays: images of random bits, and labels that number the samples of the data set. */
final class ArrayFiles {
  private static final byte[] NOTHING = {};

  private ArrayFiles() {}

  static ObjectSource npy(long seed, long index, long size, Payload payload) {
    ImageShape shape =
        payload.imageShape().orElseGet(() -> Npy.shape(size, payload.type(), payload.records()));
    return new FramedBytes(
        Npy.header(size, shape), payload.elements(seed, index, shape.length()), NOTHING);
  }

  static ObjectSource npz(long seed, long index, long size, Payload payload) {
    int samples = payload.records();
    long label = index * samples;
    Npz npz =
        payload
            .imageShape()
            .map(shape -> new Npz(size, shape, label))
            .orElseGet(() -> Npz.ofLength(size, payload.type(), samples, label));
    SealedObject images =
        new SealedObject(
            payload.elements(seed, index, npz.shape().length()),
            Seal.zip(Values.of(payload.type())));
    int sum = images.sum();
    return new FramedBytes(npz.head(sum), images, npz.tail(sum));
  }

  static ObjectSource hdf5(long seed, long index, long size, Payload payload) {
    int samples = payload.records();
    ImageShape shape =
        payload.imageShape().orElseGet(() -> Hdf5.shape(size, payload.type(), samples));
    return new FramedBytes(
        Hdf5.head(size, shape, index * samples),
        payload.elements(seed, index, shape.length()),
        NOTHING);
  }

  /** One piece of sealed bytes. */
  private record SealedObject(BlockSource bytes, Seal seal) implements ObjectSource {
    @Override
    public long length() {
      return bytes.length();
    }

    int sum() {
      return new SealedBytes(bytes, seal).sum(0, length());
    }

    /** The frame has looked at the bounds. */
    @Override
    public void fill(long offset, ByteBuffer target) {
      new SealedBytes(bytes, seal).fill(0, length(), offset, target);
    }
  }
}
