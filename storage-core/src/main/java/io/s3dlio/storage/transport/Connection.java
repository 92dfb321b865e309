package io.s3dlio.storage.transport;

import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One open connection, which runs one exchange at a time on the caller's thread. It stays usable
 * only after an exchange that ended exactly where the next answer will begin.
 */
final class Connection implements Closeable {
  private static final int IN_BYTES = 16 << 10;
  private static final int FIRST_WRITE = 1 << 20;
  private static final int MAX_WRITE = 16 << 20;

  /**
   * A write that took less than this share of its deadline may be followed by one twice as long,
   * any other by a short one: a long one would be late while its bytes still move.
   */
  private static final int QUICK_SHARE = 16;

  private static final int MAX_INTERIM = 8;
  private static final int FIRST_BODY = 8 << 10;
  private static final int SWITCHING = 101;
  static final Duration EXPECT_WAIT = Duration.ofSeconds(1);

  /**
   * @param firstByte from the end of the request to the first byte of the answer
   * @param stall how long a read may take, or a write: 1 MiB at first, more while that is quick
   * @param whole for the exchange
   * @param expectContinueBytes from how long a body on the server is asked first
   * @param expectContinueWait how long it may take to say that it wants the body
   */
  record Limits(
      Duration firstByte,
      Duration stall,
      Duration whole,
      long expectContinueBytes,
      Duration expectContinueWait) {}

  private final Wire wire;
  private final String authority;
  private final LongSupplier clock;
  private final Deadline deadline;
  private final HeadParser parser = new HeadParser();
  private final ChunkedDecoder decoder = new ChunkedDecoder();
  private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES).limit(0);
  private final HeadWriter out;
  private Phase phase = Phase.WRITE;
  private TimeLimit step = TimeLimit.STALL;
  private long stallNanos;
  private boolean usable = true;
  private boolean answered;
  private boolean headTaken;
  private boolean used;
  private boolean reused;

  Connection(Wire wire, String authority, LongSupplier clock) {
    this(wire, authority, null, clock);
  }

  /**
   * @param proxy reads the requests; null if the server itself does, or a tunnel leads there
   */
  Connection(Wire wire, String authority, @Nullable Proxy proxy, LongSupplier clock) {
    this.wire = wire;
    this.out = new HeadWriter(authority, proxy);
    this.authority = authority;
    this.clock = clock;
    this.deadline = new Deadline(wire);
  }

  /** Makes the connection ready for its first exchange. */
  void start(Duration limit) throws IOException {
    phase = Phase.CONNECT;
    deadline.begin(clock.getAsLong() + limit.toNanos());
    boolean ready = false;
    try {
      wire.handshake();
      ready = deadline.end();
    } catch (IOException e) {
      throw deadline.isExpired()
          ? TimeLimit.CONNECT.passed(phase, authority, limit, e)
          : explain(e);
    } finally {
      deadline.end();
      if (!ready) {
        close();
      }
    }
  }

  Deadline deadline() {
    return deadline;
  }

  /** Returns whether another exchange may follow. */
  boolean isUsable() {
    return usable && wire.isOpen();
  }

  /** Returns whether a byte of the last exchange's answer has come, an interim one's included. */
  boolean hasAnswered() {
    return answered || parser.isStarted();
  }

  /** Returns whether the last exchange was not the connection's first. */
  boolean isReused() {
    return reused;
  }

  /** Returns whether the server has closed the idle connection, or said what nobody asked. */
  boolean isStale() {
    try {
      return in.hasRemaining() || !wire.isOpen() || wire.awaitReadable(Duration.ZERO);
    } catch (IOException e) {
      // Broken is stale: the reason belongs to no request.
      return true;
    }
  }

  /**
   * Sends a request and reads its answer. A successful body goes to the target if there is one;
   * after a failure the target's position is behind the last byte that came.
   *
   * @param maxBody most bytes of a body that has no target
   * @param check sees the head before the body is read
   * @throws InterruptedIOException if the thread was interrupted, its flag staying set
   */
  HttpResponse exchange(
      HttpRequest request, @Nullable ByteBuffer target, int maxBody, HeadCheck check, Limits limits)
      throws IOException {
    usable = false;
    reused = used;
    used = true;
    answered = false;
    headTaken = false;
    phase = Phase.WRITE;
    parser.reset();
    stallNanos = limits.stall().toNanos();
    deadline.begin(clock.getAsLong() + limits.whole().toNanos());
    try {
      boolean asks = request.bodyLength() >= limits.expectContinueBytes();
      ByteBuffer first = out.write(request, asks);
      @Nullable IOException unsent = asks ? send(first) : send(buffers(first, request.body()));
      boolean refused = asks && unsent == null && !isAwaited(limits);
      if (asks && unsent == null && !refused) {
        unsent = send(buffers(first, request.body()));
      }
      phase = Phase.FIRST_BYTE;
      step = TimeLimit.FIRST_BYTE;
      deadline.step(clock.getAsLong() + limits.firstByte().toNanos());
      ResponseHead head = readHead(unsent);
      check(check, head);
      phase = Phase.BODY;
      HttpResponse response = readBody(request.method(), head, target, maxBody);
      boolean whole = deadline.end();
      usable =
          whole
              && unsent == null
              && !refused
              && !response.truncated()
              && head.keepsAlive()
              && !in.hasRemaining()
              && !endsByClose(request.method(), head);
      return response;
    } catch (RefusedException e) {
      throw e.reason();
    } catch (IOException e) {
      throw deadline.isExpired() ? late(limits, e) : explain(e);
    } finally {
      deadline.end();
      if (!usable) {
        close();
      }
    }
  }

  private static void check(HeadCheck check, ResponseHead head) throws RefusedException {
    try {
      check.check(head.status(), head.headers());
    } catch (IOException e) {
      throw new RefusedException(e);
    }
  }

  /**
   * Returns whether the server wants the body: it says so, or says nothing for a while as servers
   * do that do not know the question.
   */
  private boolean isAwaited(Limits limits) throws IOException {
    phase = Phase.FIRST_BYTE;
    if (!wire.awaitReadable(limits.expectContinueWait())) {
      phase = Phase.WRITE;
      return true;
    }
    while (!parser.take(in)) {
      fill();
      progress();
    }
    boolean interim = parser.head().isInterim();
    if (interim && parser.head().status() == SWITCHING) {
      throw new MalformedResponseException("it switches to a protocol that nobody asked for");
    }
    if (interim) {
      answered = true;
      parser.reset();
      phase = Phase.WRITE;
    } else {
      headTaken = true;
    }
    return interim;
  }

  /** A connection that does not close well is gone all the same: nothing was left to be sent. */
  @Override
  public void close() {
    try {
      wire.close();
    } catch (IOException e) {
      usable = false;
    }
  }

  /** What a check of the caller's threw, on its way out. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient IOException reason;

    RefusedException(IOException reason) {
      super(reason);
      this.reason = reason;
    }

    IOException reason() {
      return reason;
    }
  }

  private static boolean endsByClose(String method, ResponseHead head)
      throws MalformedResponseException {
    return BodyFraming.of(method, head).kind() == BodyFraming.Kind.UNTIL_CLOSE;
  }

  /** Returns the head, as far as it is not sent yet, and the body. */
  private static ByteBuffer[] buffers(ByteBuffer head, List<ByteBuffer> body) {
    ByteBuffer[] buffers = new ByteBuffer[body.size() + 1];
    buffers[0] = head;
    for (int i = 1; i < buffers.length; i++) {
      buffers[i] = body.get(i - 1).duplicate();
    }
    return buffers;
  }

  /** Returns why it could not be sent whole: the server may have answered all the same. */
  private @Nullable IOException send(ByteBuffer... buffers) throws IOException {
    try {
      int first = 0;
      int most = FIRST_WRITE;
      while (first < buffers.length) {
        if (buffers[first].hasRemaining()) {
          progress();
          long start = clock.getAsLong();
          writeSome(buffers, first, most);
          boolean quick = clock.getAsLong() - start < stallNanos / QUICK_SHARE;
          most = quick ? Math.min(2 * most, MAX_WRITE) : FIRST_WRITE;
        } else {
          first++;
        }
      }
      return null;
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      return e;
    }
  }

  /** Writes no more than that, so that a blocked write of a large body shows where it stands. */
  private void writeSome(ByteBuffer[] buffers, int first, int most) throws IOException {
    int end = first;
    int left = most;
    while (end < buffers.length && buffers[end].remaining() <= left) {
      left -= buffers[end].remaining();
      end++;
    }
    if (end == buffers.length || left == 0) {
      wire.write(buffers, first, end);
      return;
    }
    ByteBuffer last = buffers[end];
    int limit = last.limit();
    last.limit(last.position() + left);
    try {
      wire.write(buffers, first, end + 1);
    } finally {
      last.limit(limit);
    }
  }

  private ResponseHead readHead(@Nullable IOException unsent) throws IOException {
    for (int interim = 0; interim <= MAX_INTERIM; interim++) {
      while (!headTaken && !parser.take(in)) {
        try {
          fill();
        } catch (IOException e) {
          if (unsent != null && !parser.isStarted() && !deadline.isExpired()) {
            phase = Phase.WRITE;
            unsent.addSuppressed(e);
            throw unsent;
          }
          throw e;
        }
        progress();
      }
      ResponseHead head = parser.head();
      if (!head.isInterim()) {
        return head;
      }
      if (head.status() == SWITCHING) {
        throw new MalformedResponseException("it switches to a protocol that nobody asked for");
      }
      answered = true;
      parser.reset();
    }
    throw new MalformedResponseException("more than " + MAX_INTERIM + " interim answers came");
  }

  private HttpResponse readBody(
      String method, ResponseHead head, @Nullable ByteBuffer target, int maxBody)
      throws IOException {
    BodyFraming framing = BodyFraming.of(method, head);
    boolean direct = target != null && head.isSuccess();
    int room = direct && target != null ? target.remaining() : maxBody;
    if (head.isSuccess() && framing.length() > room) {
      throw tooLong(head, room);
    }
    ByteBuffer out =
        direct && target != null ? target : ByteBuffer.allocate(Math.min(FIRST_BODY, room));
    int start = out.position();
    decoder.reset();
    boolean done = false;
    boolean truncated = false;
    while (!done) {
      int written = out.position() - start;
      long left = framing.length() - written;
      if (framing.kind() == BodyFraming.Kind.LENGTH && left == 0) {
        done = true;
      } else if (!out.hasRemaining() && !direct && out.capacity() < room) {
        int capacity = Math.min(room, 2 * out.capacity());
        out = ByteBuffer.allocate(capacity).put(out.flip());
      } else {
        switch (step(framing, out, left)) {
          case DONE -> done = true;
          case NEEDS_OUTPUT -> {
            boolean full = direct || out.capacity() == room;
            if (full && head.isSuccess()) {
              throw tooLong(head, room);
            }
            truncated = full;
            done = full;
          }
          case NEEDS_INPUT -> progress();
        }
      }
    }
    int length = out.position() - start;
    ByteBuffer body = direct ? ByteBuffer.allocate(0) : out.flip();
    return new HttpResponse(
        head.status(), head.headers(), body.asReadOnlyBuffer(), length, truncated);
  }

  /** Moves some of the body on; past what came with the head, straight from the socket. */
  private ChunkedDecoder.Result step(BodyFraming framing, ByteBuffer out, long left)
      throws IOException {
    boolean chunked = framing.kind() == BodyFraming.Kind.CHUNKED;
    if (chunked) {
      ChunkedDecoder.Result result = decoder.decode(in, out);
      if (result != ChunkedDecoder.Result.NEEDS_INPUT) {
        return result;
      }
      if (decoder.dataLeft() == 0 || !out.hasRemaining()) {
        fill();
        return result;
      }
    } else if (!out.hasRemaining()) {
      return framing.kind() == BodyFraming.Kind.UNTIL_CLOSE && !in.hasRemaining() && refill() < 0
          ? ChunkedDecoder.Result.DONE
          : ChunkedDecoder.Result.NEEDS_OUTPUT;
    }
    long due =
        switch (framing.kind()) {
          case CHUNKED -> decoder.dataLeft();
          case LENGTH -> left;
          case UNTIL_CLOSE -> Long.MAX_VALUE;
        };
    int limit = out.limit();
    out.limit(out.position() + (int) Math.min(due, out.remaining()));
    try {
      int count = in.hasRemaining() ? copy(out) : wire.read(out);
      if (count < 0 && framing.kind() == BodyFraming.Kind.UNTIL_CLOSE) {
        return ChunkedDecoder.Result.DONE;
      }
      requireMore(count);
      if (chunked) {
        decoder.passed(count);
      }
    } finally {
      out.limit(limit);
    }
    return ChunkedDecoder.Result.NEEDS_INPUT;
  }

  private int copy(ByteBuffer out) {
    int count = Math.min(in.remaining(), out.remaining());
    out.put(out.position(), in, in.position(), count);
    out.position(out.position() + count);
    in.position(in.position() + count);
    return count;
  }

  private void fill() throws IOException {
    requireMore(refill());
  }

  private int refill() throws IOException {
    in.clear();
    try {
      return wire.read(in);
    } finally {
      in.flip();
    }
  }

  private static void requireMore(int count) throws EOFException {
    if (count < 0) {
      throw new EOFException("the server closed the connection early");
    }
  }

  private void progress() {
    step = TimeLimit.STALL;
    deadline.step(clock.getAsLong() + stallNanos);
  }

  private static MalformedResponseException tooLong(ResponseHead head, int room) {
    return new MalformedResponseException(
        "the body of status " + head.status() + " exceeds the " + room + " bytes it has room for");
  }

  private IOException late(Limits limits, IOException e) {
    if (deadline.isWholeExpired()) {
      return TimeLimit.REQUEST.passed(phase, authority, limits.whole(), e);
    }
    Duration limit = step == TimeLimit.STALL ? limits.stall() : limits.firstByte();
    return step.passed(phase, authority, limit, e);
  }

  private IOException explain(IOException e) {
    if (e instanceof ClosedByInterruptException) {
      InterruptedIOException interrupted =
          new InterruptedIOException("Interrupted in an exchange with " + authority);
      interrupted.initCause(e);
      return interrupted;
    }
    Kind kind = e instanceof MalformedResponseException ? Kind.MALFORMED : Kind.IO;
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new TransportException(phase, kind, authority, reason, e);
  }
}
