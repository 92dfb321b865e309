package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Walks through messages in protobuf's wire format, one after the other, and makes no objects: what
 * is nested is entered and left. Lengths are checked before they are used. Bytes of a message are
 * looked at in a copy of some of them on the heap, which is faster by far than where they lie. Not
 * thread-safe.
 */
final class ProtoCursor {
  private static final int LONGEST_VARINT = 10;
  private static final int LONGEST_TAG = 5;
  private static final int TYPE_BITS = 3;

  /** As deep as protobuf's own parsers go. */
  private static final int MAX_DEPTH = 100;

  private static final int WINDOW = 4 << 10;

  private ByteBuffer message = ByteBuffer.allocate(0);

  /** A number that is cut off may be read beyond the copy, and is refused then. */
  private final byte[] window = new byte[WINDOW + LONGEST_VARINT];

  /** Of which part of the message the window is a copy. */
  private int windowStart;

  private int windowEnd;

  /** Where before its end a number may begin. */
  private int windowSafe;

  private int position;
  private int limit;
  private int tag;

  /**
   * Begins with a message, from its position to its limit.
   *
   * @param next little-endian
   */
  void begin(ByteBuffer next) {
    message = next;
    position = next.position();
    limit = next.limit();
    windowStart = 0;
    windowEnd = 0;
    windowSafe = 0;
  }

  /** Goes to the next field, whose value has to be read, entered or skipped; false at the end. */
  boolean next() throws MalformedProtoException {
    if (position == limit) {
      return false;
    }
    readTag();
    return true;
  }

  /** Returns whether the field has this number and its value is written so. */
  boolean is(int field, int type) {
    return tag == (field << TYPE_BITS | type);
  }

  private void readTag() throws MalformedProtoException {
    int start = position;
    long value = varint();
    boolean tooLong = position - start > LONGEST_TAG;
    if (tooLong || value >>> Integer.SIZE != 0 || value >>> TYPE_BITS == 0) {
      throw malformed(start, "no field's tag is here");
    }
    tag = (int) value;
  }

  /** Reads a number. */
  long varint() throws MalformedProtoException {
    if (position < windowStart || position >= windowSafe) {
      look();
    }
    int start = position;
    int index = start - windowStart;
    byte b = window[index++];
    long value = b & 0x7f;
    for (int shift = 7; b < 0; shift += 7) {
      if (shift == LONGEST_VARINT * 7) {
        throw tooLong(start, windowStart + index);
      }
      b = window[index++];
      value |= (b & 0x7fL) << shift;
    }
    int end = windowStart + index;
    if (end > limit) {
      throw cutOff(start);
    }
    position = end;
    return value;
  }

  private MalformedProtoException tooLong(int start, int end) {
    return end > limit
        ? cutOff(start)
        : malformed(start, "a number has more than %d bytes".formatted(LONGEST_VARINT));
  }

  private static MalformedProtoException cutOff(int start) {
    return malformed(start, "a number is cut off");
  }

  /**
   * Reads numbers that are left of what was entered, as long as there is room.
   *
   * @return where in the target the next would go
   */
  int varints(long[] target, int from) throws MalformedProtoException {
    int count = from;
    while (position < limit && count < target.length) {
      if (position < windowStart || position >= windowSafe) {
        look();
      }
      // Fields stay in registers only as variables.
      byte[] bytes = window;
      int index = position - windowStart;
      int end = Math.min(windowSafe, limit) - windowStart;
      while (index < end && count < target.length) {
        int start = index;
        byte b = bytes[index++];
        long value = b & 0x7f;
        for (int shift = 7; b < 0; shift += 7) {
          if (shift == LONGEST_VARINT * 7) {
            throw tooLong(windowStart + start, windowStart + index);
          }
          b = bytes[index++];
          value |= (b & 0x7fL) << shift;
        }
        if (index > end && windowStart + index > limit) {
          throw cutOff(windowStart + start);
        }
        target[count++] = value;
      }
      position = windowStart + index;
    }
    return count;
  }

  /** Copies the message from the cursor on. */
  private void look() {
    windowStart = position;
    windowEnd = (int) Math.min(message.limit(), (long) position + WINDOW);
    windowSafe = windowEnd == message.limit() ? windowEnd : windowEnd - LONGEST_VARINT;
    message.get(position, window, 0, windowEnd - position);
  }

  /**
   * Goes into bytes that have their length before them: until {@link #leave} they are all that
   * there is.
   *
   * @return what leave() needs
   */
  int enter() throws MalformedProtoException {
    int start = position;
    int outer = limit;
    limit = end(start, varint());
    return outer;
  }

  /** Goes behind what was entered, whether or not all of it was read. */
  void leave(int outer) {
    position = limit;
    limit = outer;
  }

  /** Returns where a value of that length from here on ends. */
  private int end(int start, long length) throws MalformedProtoException {
    if (length < 0 || length > limit - position) {
      throw malformed(
          start,
          "%s bytes are needed, there are %d"
              .formatted(Long.toUnsignedString(length), limit - position));
    }
    return position + (int) length;
  }

  /** Returns where in the message's buffer the cursor is. */
  int position() {
    return position;
  }

  /** Returns where in the message's buffer what was entered ends. */
  int limit() {
    return limit;
  }

  /** Goes back to where the cursor was. */
  void back(int before) {
    position = before;
  }

  /** Returns whether anything is left of what was entered. */
  boolean hasRemaining() {
    return position < limit;
  }

  /** Reads a number of four bytes. */
  float float32() throws MalformedProtoException {
    int end = end(position, Float.BYTES);
    float value = message.getFloat(position);
    position = end;
    return value;
  }

  /** Returns whether the bytes in between are these. */
  boolean equals(int start, int end, byte[] expected) {
    return (start >= windowStart && end <= windowEnd)
        ? Arrays.equals(
            window, start - windowStart, end - windowStart, expected, 0, expected.length)
        : Arrays.equals(bytes(start, end), expected);
  }

  /** Returns the bytes in between. */
  byte[] bytes(int start, int end) {
    byte[] bytes = new byte[end - start];
    message.get(start, bytes);
    return bytes;
  }

  /** Returns the bytes in between as text. */
  String text(int start, int end) throws MalformedProtoException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes(start, end)))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed(start, "text is not in UTF-8");
    }
  }

  /** Passes over the field's value, groups and what is in them included. */
  void skip() throws MalformedProtoException {
    int type = tag & ((1 << TYPE_BITS) - 1);
    if (type == ProtoReader.GROUP || type == ProtoReader.END_GROUP) {
      skipGroups();
    } else {
      skip(type);
    }
  }

  private void skip(int type) throws MalformedProtoException {
    int start = position;
    switch (type) {
      case ProtoReader.VARINT -> varint();
      case ProtoReader.FIXED64 -> position = end(start, Long.BYTES);
      case ProtoReader.FIXED32 -> position = end(start, Integer.BYTES);
      case ProtoReader.BYTES -> position = end(start, varint());
      default -> throw malformed(start, "a field is of no type that there is");
    }
  }

  private void skipGroups() throws MalformedProtoException {
    Deque<Integer> groups = new ArrayDeque<>();
    do {
      int start = position;
      int field = tag >>> TYPE_BITS;
      int type = tag & ((1 << TYPE_BITS) - 1);
      if (type == ProtoReader.GROUP) {
        if (groups.size() == MAX_DEPTH) {
          throw malformed(start, "groups are more than %d deep".formatted(MAX_DEPTH));
        }
        groups.push(field);
      } else if (type != ProtoReader.END_GROUP) {
        skip(type);
      } else if (groups.isEmpty() || groups.pop() != field) {
        throw malformed(start, "a group ends that did not begin");
      }
      if (!groups.isEmpty()) {
        if (position == limit) {
          throw malformed(start, "a group does not end");
        }
        readTag();
      }
    } while (!groups.isEmpty());
  }

  private static MalformedProtoException malformed(int position, String reason) {
    return new MalformedProtoException(position, reason);
  }
}
