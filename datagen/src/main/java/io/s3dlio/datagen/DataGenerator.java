package io.s3dlio.datagen;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.util.function.Consumer;

/** Generates data sets without Spark: the guide's {@code put_many}. Immutable, thread-safe. */
public final class DataGenerator {
  /** Generates into a store with {@link PutOptions#DEFAULT} and seed 0. */
  public DataGenerator(ObjectStore store) {
    throw new UnsupportedOperationException();
  }

  public DataGenerator withSeed(long seed) {
    throw new UnsupportedOperationException();
  }

  public DataGenerator withOptions(PutOptions options) {
    throw new UnsupportedOperationException();
  }

  /** Puts {@code count} objects of one type and size below a prefix. */
  public Progress putMany(Location prefix, String template, long count, ObjectType type, long size)
      throws IOException {
    return putMany(prefix, template, count, type, size, progress -> {}, new CancellationToken());
  }

  /**
   * Puts {@code count} objects of one type and size below a prefix.
   *
   * @param template see {@link NameTemplate}
   * @param listener is told after every object, one call at a time
   * @param token stops the work; what is in flight is finished
   * @return what was put
   * @throws java.io.InterruptedIOException if the token was cancelled before all was put
   */
  public Progress putMany(
      Location prefix,
      String template,
      long count,
      ObjectType type,
      long size,
      Consumer<Progress> listener,
      CancellationToken token)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * @param objects how many objects are done
   * @param bytes how many bytes these have
   * @param total how many objects there will be
   */
  public record Progress(long objects, long bytes, long total) {}
}
