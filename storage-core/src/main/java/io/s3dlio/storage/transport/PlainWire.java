package io.s3dlio.storage.transport;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A socket without TLS. */
final class PlainWire implements Wire {
  private final SocketChannel channel;
  private final byte[] peeked = new byte[1];
  private boolean hasPeeked;
  private boolean ended;

  PlainWire(SocketChannel channel) {
    this.channel = channel;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (hasPeeked && target.hasRemaining()) {
      hasPeeked = false;
      target.put(peeked[0]);
      return 1;
    }
    return ended ? -1 : channel.read(target);
  }

  @Override
  public void write(ByteBuffer[] buffers, int first, int end) throws IOException {
    channel.write(buffers, first, end - first);
  }

  /** A channel's read takes no timeout, its socket's does. */
  @Override
  public boolean awaitReadable(Duration limit) throws IOException {
    if (hasPeeked || ended) {
      return true;
    }
    channel.socket().setSoTimeout((int) Math.max(1, limit.toMillis()));
    try {
      int count = channel.socket().getInputStream().read(peeked);
      hasPeeked = count > 0;
      ended = count < 0;
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
