package io.s3dlio.storage.transport;

import java.nio.ByteBuffer;

/**
 * Takes a chunked body apart, RFC 9112 section 7.1, in whatever pieces it comes. Extensions and
 * trailers are bounded and dropped. Not thread-safe.
 */
final class ChunkedDecoder {
  static final int MAX_EXTENSION_BYTES = 1 << 10;
  static final int MAX_TRAILER_BYTES = 8 << 10;

  private static final int MAX_SIZE_DIGITS = 15;

  enum Result {
    DONE,
    NEEDS_INPUT,
    NEEDS_OUTPUT
  }

  private enum State {
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_START,
    TRAILER,
    TRAILER_LF,
    END_LF,
    DONE
  }

  private State state = State.SIZE;
  private long left;
  private int digits;
  private int dropped;

  void reset() {
    state = State.SIZE;
    left = 0;
    digits = 0;
    dropped = 0;
  }

  /** Returns how many bytes the chunk has left, if the next byte is one of them; 0 otherwise. */
  long dataLeft() {
    return state == State.DATA ? left : 0;
  }

  /** Notes that so many of {@link #dataLeft} went past the decoder. */
  void passed(long bytes) {
    left -= bytes;
    if (left == 0) {
      state = State.DATA_CR;
    }
  }

  /** Moves data from {@code in} to {@code out}; leaves what follows the body in {@code in}. */
  Result decode(ByteBuffer in, ByteBuffer out) throws MalformedResponseException {
    while (state != State.DONE) {
      if (!in.hasRemaining()) {
        return Result.NEEDS_INPUT;
      }
      if (state == State.DATA) {
        if (!out.hasRemaining()) {
          return Result.NEEDS_OUTPUT;
        }
        int count = (int) Math.min(left, Math.min(in.remaining(), out.remaining()));
        out.put(out.position(), in, in.position(), count);
        out.position(out.position() + count);
        in.position(in.position() + count);
        passed(count);
      } else {
        take(in.get());
      }
    }
    return Result.DONE;
  }

  private void take(byte b) throws MalformedResponseException {
    switch (state) {
      case SIZE -> takeSize(b);
      case EXTENSION -> {
        if (b == '\r') {
          state = State.SIZE_LF;
        } else {
          drop(b, MAX_EXTENSION_BYTES, "extension");
        }
      }
      case SIZE_LF -> {
        require(b == '\n');
        dropped = 0;
        state = left == 0 ? State.TRAILER_START : State.DATA;
      }
      case DATA_CR -> {
        require(b == '\r');
        state = State.DATA_LF;
      }
      case DATA_LF -> {
        require(b == '\n');
        digits = 0;
        state = State.SIZE;
      }
      case TRAILER_START -> {
        if (b == '\r') {
          state = State.END_LF;
        } else {
          drop(b, MAX_TRAILER_BYTES, "trailer");
          state = State.TRAILER;
        }
      }
      case TRAILER -> {
        if (b == '\r') {
          state = State.TRAILER_LF;
        } else {
          drop(b, MAX_TRAILER_BYTES, "trailer");
        }
      }
      case TRAILER_LF -> {
        require(b == '\n');
        state = State.TRAILER_START;
      }
      case END_LF -> {
        require(b == '\n');
        state = State.DONE;
      }
      case DATA, DONE -> throw new IllegalStateException("No byte is due in " + state);
    }
  }

  private void takeSize(byte b) throws MalformedResponseException {
    int digit = Character.digit(b, 16);
    if (digit >= 0) {
      require(digits < MAX_SIZE_DIGITS);
      left = 16 * left + digit;
      digits++;
      return;
    }
    require(digits > 0);
    switch (b) {
      case '\r' -> state = State.SIZE_LF;
      case ';', ' ', '\t' -> state = State.EXTENSION;
      default -> require(false);
    }
  }

  private void drop(byte b, int most, String what) throws MalformedResponseException {
    if (++dropped > most) {
      throw new MalformedResponseException(
          "the " + what + " of a chunk exceeds " + most + " bytes");
    }
    require(HttpSyntax.isValueByte(b & 0xff));
  }

  private void require(boolean valid) throws MalformedResponseException {
    if (!valid) {
      throw new MalformedResponseException("the chunks of its body are not valid");
    }
  }
}
