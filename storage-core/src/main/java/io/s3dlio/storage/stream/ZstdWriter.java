package io.s3dlio.storage.stream;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import io.s3dlio.storage.Compression;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectWriter;
import io.s3dlio.storage.StagedObject;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.WriterOptions;
import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Compresses what is written to an object of any store, as it comes. Memory is that of the level
 * and one buffer, whatever the object's size.
 */
public final class ZstdWriter implements ObjectWriter {
  private static final int DEFAULT_BUFFER = 1 << 20;
  private static final int COPY_BYTES = 128 << 10;

  private final Location location;
  private final ObjectWriter target;
  private final ZstdCompressCtx zstd;
  private final BufferLease output;

  /** Where bytes of a heap buffer are put, which zstd cannot read. */
  private @Nullable BufferLease copy;

  private boolean ended;

  /**
   * @param location the key as it is stored
   * @param size of the content, if it is known
   */
  private ZstdWriter(
      Location location, ObjectWriter target, WriterOptions options, OptionalLong size) {
    this.location = location;
    this.target = target;
    int bufferSize = options.bufferSize(DEFAULT_BUFFER, size);
    this.zstd = new ZstdCompressCtx();
    boolean opened = false;
    try {
      zstd.setLevel(options.compression().level());
      zstd.setChecksum(true);
      size.ifPresent(zstd::setPledgedSrcSize);
      this.output = BufferPool.shared().acquire(bufferSize);
      opened = true;
    } finally {
      if (!opened) {
        zstd.close();
      }
    }
  }

  /** Opens a writer of an object whose key gets the suffix of compressed ones. */
  public static ObjectWriter open(ObjectStore store, Location location, WriterOptions options)
      throws IOException {
    return open(store, location, options, OptionalLong.empty());
  }

  private static ObjectWriter open(
      ObjectStore store, Location location, WriterOptions options, OptionalLong size)
      throws IOException {
    Location stored = options.compression().stored(location);
    ObjectWriter target = store.openWriter(stored, options.withCompression(Compression.NONE));
    boolean opened = false;
    try {
      ObjectWriter writer = new ZstdWriter(stored, target, options, size);
      opened = true;
      return writer;
    } finally {
      if (!opened) {
        target.close();
      }
    }
  }

  /** Writes a whole object from the buffer's remaining bytes and leaves the buffer consumed. */
  public static ObjectInfo put(
      ObjectStore store, Location location, ByteBuffer content, WriterOptions options)
      throws IOException {
    OptionalLong size = OptionalLong.of(content.remaining());
    try (ObjectWriter writer = open(store, location, options, size)) {
      writer.write(content.duplicate());
      ObjectInfo written = writer.complete();
      content.position(content.limit());
      return written;
    }
  }

  @Override
  public void write(ByteBuffer chunk) throws IOException {
    requireOpen();
    try {
      if (chunk.isDirect()) {
        compress(chunk);
      } else {
        while (chunk.hasRemaining()) {
          compress(copied(chunk));
        }
      }
    } catch (IOException e) {
      throw discarded(e);
    } catch (RuntimeException e) {
      throw discarded(e);
    }
  }

  private ByteBuffer copied(ByteBuffer chunk) {
    BufferLease memory = copy;
    if (memory == null) {
      memory = BufferPool.shared().acquire(COPY_BYTES);
      copy = memory;
    }
    ByteBuffer buffer = memory.buffer().clear();
    int count = Math.min(chunk.remaining(), buffer.remaining());
    buffer.put(0, chunk, chunk.position(), count);
    chunk.position(chunk.position() + count);
    return buffer.limit(count);
  }

  private void compress(ByteBuffer chunk) throws IOException {
    while (chunk.hasRemaining()) {
      step(chunk, EndDirective.CONTINUE);
    }
  }

  /** Returns whether all has come out that there is to come. */
  private boolean step(ByteBuffer chunk, EndDirective end) throws IOException {
    ByteBuffer buffer = output.buffer();
    boolean done;
    try {
      done = zstd.compressDirectByteBufferStream(buffer, chunk, end);
    } catch (ZstdException e) {
      throw new StorageException(Failure.of("put", location, "zstd fails: " + e.getMessage()), e);
    }
    if (!buffer.hasRemaining() || (done && end == EndDirective.END)) {
      target.write(buffer.flip());
      buffer.clear();
    }
    return done;
  }

  private void finish() throws IOException {
    requireOpen();
    try {
      ByteBuffer nothing = output.buffer().duplicate().limit(0);
      boolean done = false;
      while (!done) {
        done = step(nothing, EndDirective.END);
      }
    } catch (IOException e) {
      throw discarded(e);
    } catch (RuntimeException e) {
      throw discarded(e);
    }
    release();
  }

  @Override
  public StagedObject stage() throws IOException {
    finish();
    return target.stage();
  }

  /** An object of less than a part is put whole, as without compression. */
  @Override
  public ObjectInfo complete() throws IOException {
    finish();
    return target.complete();
  }

  @Override
  public void close() throws IOException {
    release();
    target.close();
  }

  private void release() {
    if (!ended) {
      ended = true;
      zstd.close();
      output.close();
      if (copy != null) {
        copy.close();
      }
    }
  }

  private <E extends Exception> E discarded(E failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private void requireOpen() throws StorageException {
    if (ended) {
      throw new StorageException(Failure.of("put", location, "the writer has ended"));
    }
  }
}
