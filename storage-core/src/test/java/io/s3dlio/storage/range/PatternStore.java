package io.s3dlio.storage.range;

import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;

/**
 * Objects without end whose bytes follow from key and offset. How a read behaves is up to the test.
 */
final class PatternStore implements ObjectStore {
  /** One read: fills the target, blocks or throws. */
  @FunctionalInterface
  interface Behaviour {
    void read(ReadRequest request) throws Exception;
  }

  private final Behaviour behaviour;

  PatternStore(Behaviour behaviour) {
    this.behaviour = behaviour;
  }

  static Location location(String key) {
    return new Location("s3", "bucket", key);
  }

  static byte byteAt(Location location, long offset) {
    return (byte) (location.key().hashCode() * 31L + offset + (offset >>> 8) * 7);
  }

  static void fill(ReadRequest request) {
    fill(request, request.target().remaining());
  }

  /** Fills only the first bytes of what is asked for. */
  static void fill(ReadRequest request, int count) {
    for (int i = 0; i < count; i++) {
      request.target().put(byteAt(request.location(), request.offset() + i));
    }
  }

  @Override
  public void read(ReadRequest request) throws IOException {
    try {
      behaviour.read(request);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public ObjectInfo stat(Location location) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectListing list(Location prefix, ListOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectInfo put(Location location, ByteBuffer content, WriterOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectWriter createWriter(Location location, WriterOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(Location location) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void deleteBatch(Collection<Location> locations) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
