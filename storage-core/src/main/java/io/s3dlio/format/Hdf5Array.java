package io.s3dlio.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The array that a dataset of an HDF5 object is. */
final class Hdf5Array implements ArrayReader {
  private final Hdf5Datatype type;
  private final List<Long> shape;
  private final long dataLength;
  private final Hdf5Storage storage;

  private Hdf5Array(Hdf5Datatype type, List<Long> shape, long dataLength, Hdf5Storage storage) {
    this.type = type;
    this.shape = shape;
    this.dataLength = dataLength;
    this.storage = storage;
  }

  static Hdf5Array open(Hdf5File file, Hdf5ObjectHeader header) throws IOException {
    Hdf5Fields spaceMessage = header.require(Hdf5Message.DATASPACE, "dataspace");
    Hdf5Dataspace space = Hdf5Dataspace.parse(spaceMessage);
    Hdf5Datatype type = Hdf5Datatype.parse(header.require(Hdf5Message.DATATYPE, "type"));
    List<Long> shape = new ArrayList<>();
    for (long length : space.lengths()) {
      shape.add(length);
    }
    shape.addAll(type.axes());
    if (shape.size() > NpyHeader.MAX_AXES) {
      throw spaceMessage.unsupported("an array has more than 64 axes");
    }
    long elementLength = type.dtype().itemSize();
    for (long length : type.axes()) {
      elementLength *= length;
    }
    long dataLength;
    try {
      // As a header of NPY, which has the same limits.
      dataLength = new NpyHeader(type.dtype(), shape, false, 0).dataLength();
    } catch (IllegalArgumentException e) {
      throw spaceMessage.corrupt(String.valueOf(e.getMessage()));
    }
    Hdf5Storage storage =
        Hdf5Layout.read(file, header, space, type, (int) elementLength, dataLength);
    return new Hdf5Array(type, List.copyOf(shape), dataLength, storage);
  }

  @Override
  public NpyDtype dtype() {
    return type.dtype();
  }

  @Override
  public List<Long> shape() {
    return shape;
  }

  @Override
  public long dataLength() {
    return dataLength;
  }

  @Override
  public OptionalLong plainDataOffset() {
    boolean plain = !dtype().bigEndian() && type.padding() == Hdf5Datatype.Padding.ZEROS;
    return plain ? storage.plainOffset() : OptionalLong.empty();
  }

  /**
   * Fills the target with elements. Of chunks that are compressed, those are decoded as a whole of
   * which anything is read; about twice the length of one, 256 MiB at most, is held besides.
   */
  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Elements.require(this, offset, target);
    if (!target.hasRemaining()) {
      return;
    }
    ByteBuffer bytes = target.slice();
    storage.read(offset, bytes);
    bytes.flip();
    if (dtype().bigEndian()) {
      ByteSwap.swap(bytes, dtype().swapUnit());
    }
    pad(bytes);
    target.position(target.limit());
  }

  /** Makes what stands after texts zeros. */
  private void pad(ByteBuffer bytes) {
    if (type.padding() == Hdf5Datatype.Padding.ZEROS) {
      return;
    }
    int size = dtype().itemSize();
    for (int start = 0; start < bytes.limit(); start += size) {
      int end = start + size;
      int textEnd = start;
      if (type.padding() == Hdf5Datatype.Padding.SPACES) {
        textEnd = end;
        while (textEnd > start && bytes.get(textEnd - 1) == ' ') {
          textEnd--;
        }
      } else {
        while (textEnd < end && bytes.get(textEnd) != 0) {
          textEnd++;
        }
      }
      for (int i = textEnd; i < end; i++) {
        bytes.put(i, (byte) 0);
      }
    }
  }
}
