package io.s3dlio.storage.transport;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/**
 * A socket with TLS. Records are decrypted straight into the reader's buffer where a whole one has
 * room there.
 */
final class TlsWire implements Wire {
  private static final int NET_BYTES = 256 << 10;

  private final SocketChannel channel;
  private final SSLEngine engine;
  private final ByteBuffer netIn = ByteBuffer.allocateDirect(NET_BYTES).limit(0);
  private final ByteBuffer netOut = ByteBuffer.allocateDirect(NET_BYTES);
  private final ByteBuffer[] nothing = {ByteBuffer.allocate(0)};
  private ByteBuffer plain;
  private int recordRoom;

  TlsWire(SocketChannel channel, SSLEngine engine) {
    this.channel = channel;
    this.engine = engine;
    this.recordRoom = engine.getSession().getApplicationBufferSize();
    this.plain = ByteBuffer.allocateDirect(recordRoom).limit(0);
  }

  @Override
  public void handshake() throws IOException {
    engine.beginHandshake();
    HandshakeStatus status = engine.getHandshakeStatus();
    while (status != HandshakeStatus.FINISHED && status != HandshakeStatus.NOT_HANDSHAKING) {
      status =
          switch (status) {
            case NEED_TASK -> runTasks();
            case NEED_WRAP -> wrap(nothing, 0, 1).getHandshakeStatus();
            default -> unwrapHandshake();
          };
    }
  }

  private HandshakeStatus unwrapHandshake() throws IOException {
    SSLEngineResult result = engine.unwrap(netIn, plain.clear());
    plain.flip();
    if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
      requireMore(fill());
    } else if (result.getStatus() == Status.CLOSED) {
      throw new EOFException("the server closed the connection in the handshake");
    }
    return result.getHandshakeStatus();
  }

  private HandshakeStatus runTasks() {
    Runnable task = engine.getDelegatedTask();
    while (task != null) {
      task.run();
      task = engine.getDelegatedTask();
    }
    return engine.getHandshakeStatus();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    int before = target.position();
    while (true) {
      if (plain.hasRemaining()) {
        copyPlain(target);
        return target.position() - before;
      }
      boolean straight = target.remaining() >= recordRoom;
      if (!straight && target.position() > before) {
        return target.position() - before;
      }
      Status status = unwrap(straight ? target : plain.clear(), straight);
      if (status == Status.CLOSED) {
        return target.position() > before ? target.position() - before : -1;
      }
      if (status == Status.BUFFER_UNDERFLOW) {
        if (target.position() > before) {
          return target.position() - before;
        }
        requireMore(fill());
      }
    }
  }

  private void copyPlain(ByteBuffer target) {
    int count = Math.min(plain.remaining(), target.remaining());
    target.put(plain.slice(plain.position(), count));
    plain.position(plain.position() + count);
  }

  /** Decrypts one record, if there is a whole one, and does what else it asks for. */
  private Status unwrap(ByteBuffer into, boolean straight) throws IOException {
    SSLEngineResult result = engine.unwrap(netIn, into);
    if (!straight) {
      into.flip();
    }
    if (result.getStatus() == Status.BUFFER_OVERFLOW) {
      recordRoom = 2 * recordRoom;
      plain = ByteBuffer.allocateDirect(recordRoom).limit(0);
    }
    HandshakeStatus more = result.getHandshakeStatus();
    if (more == HandshakeStatus.NEED_TASK) {
      more = runTasks();
    }
    if (more == HandshakeStatus.NEED_WRAP) {
      // The peer changes its keys.
      wrap(nothing, 0, 1);
    }
    return result.getStatus();
  }

  /** Returns how many bytes came from the socket; -1 at its end. */
  private int fill() throws IOException {
    netIn.compact();
    try {
      return channel.read(netIn);
    } finally {
      netIn.flip();
    }
  }

  /** An end that TLS does not announce may be anybody's. */
  private static void requireMore(int count) throws EOFException {
    if (count < 0) {
      throw new EOFException("the connection was closed without TLS's word for it");
    }
  }

  @Override
  public void write(ByteBuffer[] buffers, int first, int end) throws IOException {
    SSLEngineResult result = wrap(buffers, first, end);
    if (result.getStatus() == Status.CLOSED) {
      throw new IOException("the server has ended TLS");
    }
  }

  /** Encrypts as many records as the memory holds, and sends them. */
  private SSLEngineResult wrap(ByteBuffer[] buffers, int first, int end) throws IOException {
    netOut.clear();
    SSLEngineResult result = engine.wrap(buffers, first, end - first, netOut);
    int packet = engine.getSession().getPacketBufferSize();
    while (result.getStatus() == Status.OK
        && result.bytesConsumed() > 0
        && netOut.remaining() >= packet
        && hasRemaining(buffers, first, end)) {
      result = engine.wrap(buffers, first, end - first, netOut);
    }
    netOut.flip();
    while (netOut.hasRemaining()) {
      channel.write(netOut);
    }
    return result;
  }

  private static boolean hasRemaining(ByteBuffer[] buffers, int first, int end) {
    for (int i = first; i < end; i++) {
      if (buffers[i].hasRemaining()) {
        return true;
      }
    }
    return false;
  }

  /** Bytes of the socket's may hold nothing for the reader: it goes on until some do. */
  @Override
  public boolean awaitReadable(Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    byte[] some = new byte[8 << 10];
    while (!plain.hasRemaining()) {
      Status status = unwrap(plain.clear(), false);
      if (status == Status.CLOSED) {
        return true;
      }
      if (status == Status.BUFFER_UNDERFLOW) {
        long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        channel.socket().setSoTimeout((int) Math.max(1, left));
        try {
          int count = channel.socket().getInputStream().read(some);
          if (count < 0) {
            return true;
          }
          netIn.compact().put(some, 0, count).flip();
        } catch (SocketTimeoutException e) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  /** Without TLS's goodbye, which might block: all that was asked for has been answered. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
