package io.s3dlio.spark.read;

import io.s3dlio.spark.read.ArrayDecoding.Part;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectReader;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object of which is known what arrays it has. A small one is held whole, since another request
 * costs more than its bytes.
 *
 * @param number of the object in its table
 * @param held its bytes; null where they are read as they are needed
 */
record DecodedObject(int number, List<Part> parts, @Nullable BufferLease held)
    implements AutoCloseable {
  DecodedObject {
    parts = List.copyOf(parts);
  }

  /**
   * Reads what an object says of its arrays.
   *
   * @param most up to how many bytes an object is held whole
   */
  static DecodedObject open(
      int number, ObjectInfo object, ArrayDecoding decoding, ObjectReader reader, long most)
      throws IOException {
    if (object.length() == 0 || object.length() > most) {
      return new DecodedObject(number, decoding.open(reader, object), null);
    }
    BufferLease lease = BufferPool.shared().acquire(object.length());
    boolean done = false;
    try {
      ByteBuffer bytes = lease.buffer().duplicate();
      reader.read(ReadRequest.of(object, 0, bytes));
      List<Part> parts = decoding.open(request -> copy(lease.buffer(), request), object);
      done = true;
      return new DecodedObject(number, parts, lease);
    } finally {
      if (!done) {
        lease.close();
      }
    }
  }

  private static void copy(ByteBuffer bytes, ReadRequest request) {
    ByteBuffer target = request.target();
    target.put(bytes.slice(Math.toIntExact(request.offset()), target.remaining()));
  }

  /** Gives the memory back. Idempotent. */
  @Override
  public void close() {
    parts.forEach(part -> part.samples().close());
    if (held != null) {
      held.close();
    }
  }
}
