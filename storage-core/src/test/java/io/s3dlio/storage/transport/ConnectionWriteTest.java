package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a request is cut into writes, against a peer that takes them as a test says. */
class ConnectionWriteTest {
  private static final Duration STALL = Duration.ofSeconds(32);
  private static final long QUICK = STALL.toNanos() / 16 - 1;
  private static final long SLOW = STALL.toNanos() / 16;
  private static final long MIB = 1 << 20;
  private static final Connection.Limits LIMITS =
      new Connection.Limits(
          Duration.ofSeconds(1), STALL, Duration.ofDays(1), Long.MAX_VALUE, Duration.ofSeconds(1));

  private final AtomicLong clock = new AtomicLong();

  /** Takes whole writes, each in its time, and answers once it is asked for bytes. */
  private final class Peer implements Wire {
    final List<Long> writes = new ArrayList<>();
    private final LongUnaryOperator nanos;
    private @Nullable Deadline deadline;
    private boolean open = true;

    /**
     * @param nanos how long the write of this number takes, from 0
     */
    Peer(LongUnaryOperator nanos) {
      this.nanos = nanos;
    }

    Connection connection() {
      Connection connection = new Connection(this, "host:80", clock::get);
      deadline = connection.deadline();
      return connection;
    }

    @Override
    public void write(ByteBuffer[] buffers, int first, int end) throws IOException {
      long time = nanos.applyAsLong(writes.size());
      writes.add(Arrays.stream(buffers, first, end).mapToLong(ByteBuffer::remaining).sum());
      long now = clock.addAndGet(time);
      // As the thread does that watches the deadlines while a write is blocked.
      if (deadline != null && deadline.isOver(now)) {
        throw new AsynchronousCloseException();
      }
      for (int i = first; i < end; i++) {
        buffers[i].position(buffers[i].limit());
      }
    }

    @Override
    public int read(ByteBuffer target) {
      byte[] answer = "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1);
      target.put(answer);
      return answer.length;
    }

    @Override
    public boolean awaitReadable(Duration limit) {
      return false;
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }
  }

  /** A body of several buffers, all of the same memory. */
  private static HttpRequest put(int mebibytes) {
    ByteBuffer piece = ByteBuffer.allocateDirect(4 << 20);
    List<ByteBuffer> body = new ArrayList<>();
    for (int left = mebibytes; left > 0; left -= 4) {
      body.add(piece.slice(0, Math.min(left, 4) << 20));
    }
    return new HttpRequest("PUT", "/a", HttpHeaders.EMPTY, body);
  }

  private static List<Long> mebibytes(Peer peer, int count) {
    return peer.writes.subList(0, count).stream().map(bytes -> bytes / MIB).toList();
  }

  private static void exchange(Connection connection, HttpRequest request) throws IOException {
    assertThat(connection.exchange(request, null, 9, HeadCheck.NONE, LIMITS).status())
        .isEqualTo(200);
  }

  @Test
  void writesBeginShortAndDoubleWhileTheyAreQuickUpToTheirBound() throws IOException {
    Peer peer = new Peer(write -> QUICK);
    Connection connection = peer.connection();

    exchange(connection, put(64));
    assertThat(mebibytes(peer, 7)).containsExactly(1L, 2L, 4L, 8L, 16L, 16L, 16L);

    peer.writes.clear();
    exchange(connection, put(4));
    assertThat(mebibytes(peer, 2)).as("the next request begins anew").containsExactly(1L, 2L);
  }

  @Test
  void aSlowWriteIsFollowedByAShortOne() throws IOException {
    Peer peer = new Peer(write -> write == 3 || write == 4 ? SLOW : QUICK);

    exchange(peer.connection(), put(32));

    assertThat(mebibytes(peer, 8)).containsExactly(1L, 2L, 4L, 8L, 1L, 1L, 2L, 4L);
  }

  @Test
  void writesThatAreNeverQuickStayShort() throws IOException {
    Peer peer = new Peer(write -> STALL.toNanos() - 1);

    exchange(peer.connection(), put(8));

    assertThat(mebibytes(peer, 8)).as("each just in time for itself").containsOnly(1L);
    assertThat(clock.get()).isGreaterThan(8 * (STALL.toNanos() - 1));
  }

  @Test
  void theStallDeadlineIsThatOfOneWrite() {
    Peer peer = new Peer(write -> write == 2 ? STALL.toNanos() : QUICK);

    TransportException late =
        catchThrowableOfType(TransportException.class, () -> exchange(peer.connection(), put(64)));

    assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(late.phase()).isEqualTo(Phase.WRITE);
    assertThat(late).hasMessageContaining("no byte moved for 32000 ms. Raise stallTimeout");
    assertThat(peer.writes).hasSize(3);
    assertThat(peer.isOpen()).isFalse();
  }
}
