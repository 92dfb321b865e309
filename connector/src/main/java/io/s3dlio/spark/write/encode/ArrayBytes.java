package io.s3dlio.spark.write.encode;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Bytes that grow, in pieces that are kept for the next file. Not thread-safe. */
final class ArrayBytes {
  /** A multiple of every element's length that is a power of two: none of them is cut. */
  private static final int PIECE = 64 << 10;

  private static final int FIRST = 1 << 10;

  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final List<Piece> pieces = new ArrayList<>();
  private ByteBuffer last = NONE;
  private int used;
  private long length;

  /** Some of the bytes. */
  private static final class Piece {
    private final byte[] bytes;
    private final ByteBuffer view;

    Piece(int size) {
      bytes = new byte[size];
      view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Returns how many bytes there are. */
  long length() {
    return length;
  }

  void clear() {
    used = 0;
    length = 0;
    last = NONE;
  }

  void putByte(byte value) {
    room(Byte.BYTES).put(value);
  }

  void putShort(short value) {
    room(Short.BYTES).putShort(value);
  }

  void putInt(int value) {
    room(Integer.BYTES).putInt(value);
  }

  void putLong(long value) {
    room(Long.BYTES).putLong(value);
  }

  void putFloat(float value) {
    room(Float.BYTES).putFloat(value);
  }

  void putDouble(double value) {
    room(Double.BYTES).putDouble(value);
  }

  void put(byte[] bytes) {
    put(ByteBuffer.wrap(bytes));
  }

  /** Puts the buffer's remaining bytes, which it then has no more. */
  void put(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      ByteBuffer piece = room(1);
      int count = Math.min(bytes.remaining(), piece.remaining());
      piece.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
      // room() counted one.
      length += count - 1;
    }
  }

  /** Returns a buffer with that much room, which counts as taken. */
  private ByteBuffer room(int size) {
    if (last.remaining() < size) {
      last = more();
    }
    length += size;
    return last;
  }

  /** Returns the first piece grown while it is the only one and small, another otherwise. */
  private ByteBuffer more() {
    if (used == 1 && last.capacity() < PIECE) {
      Piece larger = new Piece(Math.min(PIECE, 4 * last.capacity()));
      larger.view.put(last.flip());
      pieces.set(0, larger);
      return larger.view;
    }
    if (used == pieces.size()) {
      pieces.add(new Piece(used == 0 ? FIRST : PIECE));
    }
    return pieces.get(used++).view.clear();
  }

  void writeTo(OutputStream target) throws IOException {
    long left = length;
    for (int i = 0; left > 0; i++) {
      byte[] piece = pieces.get(i).bytes;
      int count = (int) Math.min(left, piece.length);
      target.write(piece, 0, count);
      left -= count;
    }
  }

  /** Copies bytes from there on. */
  void copy(long from, byte[] to, int at, int count) {
    int done = 0;
    while (done < count) {
      byte[] piece = pieces.get((int) ((from + done) / PIECE)).bytes;
      int offset = (int) ((from + done) % PIECE);
      int now = Math.min(count - done, piece.length - offset);
      System.arraycopy(piece, offset, to, at + done, now);
      done += now;
    }
  }
}
