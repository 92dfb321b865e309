package io.s3dlio.spark.read;

import io.s3dlio.spark.read.ArrayDecoding.Part;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object of which is known what arrays it has. Small ones are held whole, since another request
 * costs more than their bytes.
 *
 * @param number of the object in its table
 * @param held its bytes; null where they are read as they are needed
 */
record DecodedObject(int number, List<Part> parts, @Nullable HeldObject held)
    implements AutoCloseable {
  DecodedObject {
    parts = List.copyOf(parts);
  }

  /** Reads what an object says of its arrays, in ranges. */
  static DecodedObject open(
      int number, ObjectInfo object, ArrayDecoding decoding, EngineReader reader)
      throws IOException {
    return new DecodedObject(number, decoding.open(reader, object), null);
  }

  /** Reads objects whole, at the same time, and what they say of their arrays. */
  static List<DecodedObject> openWhole(
      List<Integer> numbers, List<ObjectInfo> objects, ArrayDecoding decoding, EngineReader reader)
      throws IOException {
    BufferLease lease =
        BufferPool.shared().acquire(objects.stream().mapToLong(ObjectInfo::length).sum());
    HeldObject.Memory memory = new HeldObject.Memory(lease, objects.size());
    List<HeldObject> held = new ArrayList<>();
    List<DecodedObject> opened = new ArrayList<>();
    boolean done = false;
    try {
      List<ReadRequest> requests = new ArrayList<>();
      int start = 0;
      for (ObjectInfo object : objects) {
        int length = Math.toIntExact(object.length());
        held.add(new HeldObject(memory, start, length));
        requests.add(ReadRequest.of(object, 0, lease.buffer().slice(start, length)));
        start += length;
      }
      reader.readAll(requests);
      for (int i = 0; i < objects.size(); i++) {
        ByteBuffer bytes = held.get(i).bytes();
        List<Part> parts = decoding.open(request -> copy(bytes, request), objects.get(i));
        opened.add(new DecodedObject(numbers.get(i), parts, held.get(i)));
      }
      done = true;
      return opened;
    } finally {
      if (!done) {
        opened.forEach(DecodedObject::close);
        held.forEach(HeldObject::close);
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
