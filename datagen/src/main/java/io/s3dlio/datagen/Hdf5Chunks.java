package io.s3dlio.datagen;

import io.s3dlio.format.Hdf5Chunked;
import io.s3dlio.format.ImageShape;
import java.nio.ByteBuffer;

/**
 * The chunks of an HDF5 file's images, each a stream of zlib, made of a file that has no chunks.
 */
final class Hdf5Chunks extends EncodedPieces {
  /** What the chunks of the most samples take beside their data, in the tree and in streams. */
  static final long AROUND = 128L * (ImageShape.MAX_SAMPLES + 64);

  private static final byte[] NOTHING = {};

  private final ObjectSource plain;
  private final Hdf5Chunked format;
  private final long start;

  private Hdf5Chunks(ObjectSource plain, Hdf5Chunked format) {
    super(format.chunks());
    this.plain = plain;
    this.format = format;
    this.start = plain.length() - format.imagesLength();
  }

  /** Returns the whole file. */
  static ObjectSource file(ObjectSource plain) {
    byte[] beginning = new byte[(int) Math.min(Hdf5Chunked.BEGINNING, plain.length())];
    plain.fill(0, ByteBuffer.wrap(beginning));
    Hdf5Chunked format = Hdf5Chunked.of(beginning, PIECE, LEVEL);
    Hdf5Chunks chunks = new Hdf5Chunks(plain, format);
    chunks.measure();
    return new FramedBytes(format.head(chunks.ends()), chunks, NOTHING);
  }

  @Override
  byte[] encode(int number) {
    byte[] bytes = new byte[format.chunkLength()];
    plain.fill(
        start + format.chunkStart(number), ByteBuffer.wrap(bytes).limit(format.chunkData(number)));
    return deflate(bytes, false, true);
  }
}
