package io.s3dlio.storage.buffer;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JVM's direct memory: allocated page-aligned, freed at once, and its limit. */
final class DirectMemory {
  private static final Logger LOG = LoggerFactory.getLogger(DirectMemory.class);
  private static final @Nullable MethodHandle CLEANER = findCleaner();

  private DirectMemory() {}

  /** Memory of one buffer. */
  static final class Block implements KeptBlocks.Sized {
    private final ByteBuffer root;
    private final ByteBuffer aligned;

    /**
     * @param root what the JVM allocated: the only buffer that can be freed
     * @param aligned the part of it that begins at a page and has the capacity asked for
     */
    private Block(ByteBuffer root, ByteBuffer aligned) {
      this.root = root;
      this.aligned = aligned;
    }

    @Override
    public int capacity() {
      return aligned.capacity();
    }

    /** Returns a new buffer over the first bytes. */
    ByteBuffer view(int size) {
      return aligned.slice(0, size);
    }
  }

  /**
   * Allocates a block.
   *
   * @param capacity a multiple of the alignment
   * @throws OutOfMemoryError if the JVM's limit is reached
   */
  static Block allocate(int capacity) {
    ByteBuffer root = ByteBuffer.allocateDirect(capacity + BufferPool.ALIGNMENT - 1);
    return new Block(root, root.alignedSlice(BufferPool.ALIGNMENT).slice(0, capacity));
  }

  /**
   * Gives the memory back to the system now, where the JVM lets us; else the collector will. No
   * buffer over it may be touched any more.
   */
  static void free(Block block) {
    free(block.root);
  }

  /**
   * Does so with a buffer that the JVM allocated or mapped.
   *
   * @param root no slice or view
   */
  static void free(ByteBuffer root) {
    if (CLEANER == null) {
      return;
    }
    try {
      CLEANER.invokeExact(root);
    } catch (Throwable e) {
      throw new IllegalStateException(
          "Cannot free a buffer of %d bytes".formatted(root.capacity()), e);
    }
  }

  /** Returns how much direct memory the JVM allows itself, in bytes. */
  static long limit() {
    long flag =
        Long.parseLong(
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue());
    return flag > 0 ? flag : Runtime.getRuntime().maxMemory();
  }

  private static @Nullable MethodHandle findCleaner() {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field instance = type.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      return MethodHandles.lookup()
          .findVirtual(type, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
          .bindTo(instance.get(null));
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn("Direct buffers cannot be freed at once and wait for the collector", e);
      return null;
    }
  }
}
