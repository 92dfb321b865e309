package io.s3dlio.storage.file;

import io.s3dlio.storage.buffer.BufferLease;
import io.s3dlio.storage.buffer.BufferPool;
import io.s3dlio.storage.telemetry.Counter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What reads and writes around the page cache share: opening, block sizes, aligned memory. */
final class DirectIo {
  private static final Logger LOG = LoggerFactory.getLogger(DirectIo.class);

  private final ChannelOpener opener;
  private final boolean fallback;
  private final Map<Object, Integer> blockSizes = new ConcurrentHashMap<>();
  private final LongAdder fallbacks = new LongAdder();
  private final AtomicBoolean warned = new AtomicBoolean();

  DirectIo(ChannelOpener opener, boolean fallback) {
    this.opener = opener;
    this.fallback = fallback;
  }

  /** Returns how many reads and writes went through the page cache. */
  long fallbacks() {
    return fallbacks.sum();
  }

  FileChannel open(Path path, Set<? extends OpenOption> options) throws IOException {
    return opener.open(path, options);
  }

  /** Returns the unit of addresses, offsets and lengths; asked once for each device. */
  int blockSize(Path path) throws IOException {
    Object device = Files.getAttribute(path, "unix:dev");
    Integer known = blockSizes.get(device);
    if (known == null) {
      known = Math.toIntExact(Files.getFileStore(path).getBlockSize());
      blockSizes.put(device, known);
    }
    return known;
  }

  /**
   * Takes note that a file goes through the page cache.
   *
   * @throws DirectRefusedException if that is not allowed
   */
  void fallBack(Path path, Exception refusal) throws DirectRefusedException {
    if (!fallback) {
      throw new DirectRefusedException(path, refusal);
    }
    fallbacks.increment();
    Counter.DIRECT_FALLBACKS.increment();
    if (warned.compareAndSet(false, true)) {
      LOG.warn(
          "The file system of {} refuses O_DIRECT: direct:// goes through the page cache there",
          path);
    }
  }

  /** Returns whether a failure says that there is no O_DIRECT here. */
  static boolean isRefusal(Path path, Exception e) {
    if (e instanceof UnsupportedOperationException) {
      return true;
    }
    String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
    return "Invalid argument".equals(reason) && !Files.isDirectory(path);
  }

  /** Returns whether the buffer's next byte lies at the start of a block. */
  static boolean isAligned(ByteBuffer buffer, int block) {
    return buffer.isDirect() && buffer.alignmentOffset(buffer.position(), block) == 0;
  }

  /** Returns memory of which {@link #aligned} makes a buffer of this size. */
  static BufferLease acquire(int size, int block) {
    return BufferPool.shared().acquire(block <= BufferPool.ALIGNMENT ? size : size + block);
  }

  static ByteBuffer aligned(BufferLease lease, int block) {
    return lease.buffer().alignedSlice(block);
  }

  static int roundDown(int value, int block) {
    return value - value % block;
  }

  static int roundUp(int value, int block) {
    return roundDown(Math.addExact(value, block - 1), block);
  }
}
