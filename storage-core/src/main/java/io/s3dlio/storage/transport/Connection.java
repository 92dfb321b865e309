package io.s3dlio.storage.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.s3dlio.storage.transport.TransportException.Kind;
import io.s3dlio.storage.transport.TransportException.Phase;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One open connection, which runs one exchange at a time on the caller's thread. It stays usable
 * only after an exchange that ended exactly where the next answer will begin.
 */
final class Connection implements Closeable {
  private static final int IN_BYTES = 16 << 10;
  private static final int MAX_WRITE = 1 << 20;
  private static final int MAX_INTERIM = 8;
  private static final int FIRST_BODY = 8 << 10;

  /**
   * @param firstByte from the end of the request to the first byte of the answer
   * @param stall how long a write of 1 MiB or a read may take
   * @param whole for the exchange
   */
  record Limits(Duration firstByte, Duration stall, Duration whole) {}

  private final SocketChannel channel;
  private final String authority;
  private final LongSupplier clock;
  private final Deadline deadline;
  private final HeadParser parser = new HeadParser();
  private final ChunkedDecoder decoder = new ChunkedDecoder();
  private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES).limit(0);
  private Phase phase = Phase.WRITE;
  private long stallNanos;
  private boolean usable = true;

  Connection(SocketChannel channel, String authority, LongSupplier clock) {
    this.channel = channel;
    this.authority = authority;
    this.clock = clock;
    this.deadline = new Deadline(channel);
  }

  Deadline deadline() {
    return deadline;
  }

  /** Returns whether another exchange may follow. */
  boolean isUsable() {
    return usable && channel.isOpen();
  }

  /** Returns whether a byte of the last exchange's answer has come. */
  boolean hasAnswered() {
    return parser.isStarted();
  }

  /**
   * Sends a request and reads its answer. A successful body goes to the target if there is one;
   * after a failure the target's position is behind the last byte that came.
   *
   * @param maxBody most bytes of a body that has no target
   * @throws InterruptedIOException if the thread was interrupted, its flag staying set
   */
  HttpResponse exchange(
      HttpRequest request, @Nullable ByteBuffer target, int maxBody, Limits limits)
      throws IOException {
    usable = false;
    phase = Phase.WRITE;
    parser.reset();
    stallNanos = limits.stall().toNanos();
    deadline.begin(clock.getAsLong() + limits.whole().toNanos());
    try {
      @Nullable IOException unsent = send(request);
      phase = Phase.FIRST_BYTE;
      deadline.step(clock.getAsLong() + limits.firstByte().toNanos());
      ResponseHead head = readHead(unsent);
      phase = Phase.BODY;
      HttpResponse response = readBody(request.method(), head, target, maxBody);
      boolean whole = deadline.end();
      usable =
          whole
              && unsent == null
              && !response.truncated()
              && head.keepsAlive()
              && !in.hasRemaining()
              && !endsByClose(request.method(), head);
      return response;
    } catch (IOException e) {
      throw explain(e);
    } finally {
      deadline.end();
      if (!usable) {
        channel.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static boolean endsByClose(String method, ResponseHead head)
      throws MalformedResponseException {
    return BodyFraming.of(method, head).kind() == BodyFraming.Kind.UNTIL_CLOSE;
  }

  /** Returns why the request could not be sent whole: the server may have answered all the same. */
  private @Nullable IOException send(HttpRequest request) throws IOException {
    ByteBuffer[] buffers = new ByteBuffer[request.body().size() + 1];
    buffers[0] = head(request);
    for (int i = 1; i < buffers.length; i++) {
      buffers[i] = request.body().get(i - 1).duplicate();
    }
    try {
      int first = 0;
      while (first < buffers.length) {
        if (buffers[first].hasRemaining()) {
          progress();
          writeSome(buffers, first);
        } else {
          first++;
        }
      }
      return null;
    } catch (IOException e) {
      if (e instanceof java.nio.channels.ClosedChannelException) {
        throw e;
      }
      return e;
    }
  }

  /** Writes at most 1 MiB, so that a blocked write of a large body shows where it stands. */
  private void writeSome(ByteBuffer[] buffers, int first) throws IOException {
    int end = first;
    int left = MAX_WRITE;
    while (end < buffers.length && buffers[end].remaining() <= left) {
      left -= buffers[end].remaining();
      end++;
    }
    if (end == buffers.length || left == 0) {
      channel.write(buffers, first, end - first);
      return;
    }
    ByteBuffer last = buffers[end];
    int limit = last.limit();
    last.limit(last.position() + left);
    try {
      channel.write(buffers, first, end + 1 - first);
    } finally {
      last.limit(limit);
    }
  }

  private ByteBuffer head(HttpRequest request) {
    StringBuilder head = new StringBuilder(512);
    head.append(request.method()).append(' ').append(request.target()).append(" HTTP/1.1\r\n");
    HttpHeaders headers = request.headers();
    if (!headers.contains("Host")) {
      head.append("Host: ").append(authority).append("\r\n");
    }
    for (int i = 0; i < headers.size(); i++) {
      head.append(headers.name(i)).append(": ").append(headers.value(i)).append("\r\n");
    }
    long length = request.bodyLength();
    if (length > 0 || request.method().equals("PUT") || request.method().equals("POST")) {
      head.append("Content-Length: ").append(length).append("\r\n");
    }
    return ByteBuffer.wrap(head.append("\r\n").toString().getBytes(US_ASCII));
  }

  private ResponseHead readHead(@Nullable IOException unsent) throws IOException {
    for (int interim = 0; interim <= MAX_INTERIM; interim++) {
      while (!parser.take(in)) {
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
      if (head.status() == 101) {
        throw new MalformedResponseException("it switches to a protocol that nobody asked for");
      }
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
            if (head.isSuccess()) {
              throw tooLong(head, room);
            }
            truncated = true;
            done = true;
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
      int count = in.hasRemaining() ? copy(out) : channel.read(out);
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
      return channel.read(in);
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
    deadline.step(clock.getAsLong() + stallNanos);
  }

  private static MalformedResponseException tooLong(ResponseHead head, int room) {
    return new MalformedResponseException(
        "the body of status " + head.status() + " exceeds the " + room + " bytes it has room for");
  }

  private IOException explain(IOException e) {
    if (e instanceof ClosedByInterruptException) {
      InterruptedIOException interrupted =
          new InterruptedIOException("Interrupted in an exchange with " + authority);
      interrupted.initCause(e);
      return interrupted;
    }
    if (deadline.isExpired()) {
      return new TransportException(phase, Kind.TIMEOUT, authority, "the deadline passed", e);
    }
    Kind kind = e instanceof MalformedResponseException ? Kind.MALFORMED : Kind.IO;
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new TransportException(phase, kind, authority, reason, e);
  }
}
