package io.s3dlio.storage.file;

import io.s3dlio.storage.buffer.BufferLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * One range on its way around the page cache. Blocks go straight to the target where its memory is
 * aligned as the file is; what is left at the head and the tail, or all of it, goes through a
 * bounce buffer. Not thread-safe.
 */
final class DirectTransfer implements AutoCloseable {
  /** Enough for the device to be at its full speed, little enough to stay in the processor. */
  private static final int BOUNCE_SIZE = 1 << 20;

  private final FileChannel channel;
  private final int block;
  private final ByteBuffer target;
  private @Nullable BufferLease lease;

  /**
   * @param block the unit of addresses, offsets and lengths
   */
  DirectTransfer(FileChannel channel, int block, ByteBuffer target) {
    this.channel = channel;
    this.block = block;
    this.target = target;
  }

  /** Reads until the target is full or the file ends. */
  void run(long offset) throws IOException {
    long position = offset;
    int read;
    do {
      int past = (int) (position % block);
      boolean whole = past == 0 && target.remaining() >= block;
      read =
          whole && DirectIo.isAligned(target, block)
              ? readStraight(position)
              : readBounced(position, past);
      position += read;
    } while (read > 0 && target.hasRemaining());
  }

  private int readStraight(long position) throws IOException {
    int limit = target.limit();
    int length = Math.min(target.remaining(), Math.max(FileSource.MAX_TRANSFER, block));
    target.limit(target.position() + DirectIo.roundDown(length, block));
    try {
      return channel.read(target, position);
    } finally {
      target.limit(limit);
    }
  }

  /** Begins to read a number of bytes before the position, where the block begins. */
  private int readBounced(long position, int past) throws IOException {
    int most = Math.max(BOUNCE_SIZE, block);
    int wanted = Math.min(wanted(past), most - past);
    ByteBuffer bounce = bounce(DirectIo.roundUp(past + wanted, block));
    int read = channel.read(bounce, position - past);
    int useful = Math.min(read - past, wanted);
    if (useful > 0) {
      target.put(target.position(), bounce, past, useful);
      target.position(target.position() + useful);
    }
    return useful;
  }

  /** Returns the bytes up to where both are aligned, or all of them if they never are. */
  private int wanted(int past) {
    boolean alike = target.isDirect() && target.alignmentOffset(target.position(), block) == past;
    return alike && past > 0 ? Math.min(target.remaining(), block - past) : target.remaining();
  }

  private ByteBuffer bounce(int size) {
    if (lease == null) {
      lease = DirectIo.acquire(size, block);
    }
    ByteBuffer bounce = DirectIo.aligned(lease, block);
    return bounce.limit(Math.min(size, bounce.capacity()));
  }

  @Override
  public void close() {
    if (lease != null) {
      lease.close();
    }
  }
}
