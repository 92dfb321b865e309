package io.s3dlio.testing;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.ReadRequest;
import io.s3dlio.storage.WriterOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;

/** What the stores that tests make up have in common: nothing is written to them. */
public abstract class ReadOnlyStore implements ObjectStore {
  /** How a range is read: fills the target, blocks or throws. */
  @FunctionalInterface
  public interface Reader {
    void read(ReadRequest request) throws Exception;
  }

  /** Reads as a test wants. */
  protected static void read(Reader reader, ReadRequest request) throws IOException {
    try {
      reader.read(request);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public ObjectInfo putBytes(Location location, ByteBuffer content, WriterOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ObjectWriter openWriter(Location location, WriterOptions options) {
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
