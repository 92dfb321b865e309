package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Reads the fields of one message in protobuf's wire format. Lengths are checked before they are
 * used; what is returned of the message are parts of its buffer, which keep their positions in it.
 */
final class ProtoReader {
  // How a field's value is written.
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int GROUP = 3;
  static final int END_GROUP = 4;
  static final int FIXED32 = 5;

  private static final int LONGEST_VARINT = 10;
  private static final int LONGEST_TAG = 5;
  private static final int TYPE_BITS = 3;

  /** As deep as protobuf's own parsers go. */
  private static final int MAX_DEPTH = 100;

  private final ByteBuffer message;
  private int tag;

  /**
   * @param message from its position to its limit; becomes the reader's
   */
  ProtoReader(ByteBuffer message) {
    this.message = message.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Goes to the next field, whose value has to be read or skipped; false at the message's end. */
  boolean next() throws MalformedProtoException {
    if (!message.hasRemaining()) {
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
    int start = message.position();
    long value = varint();
    boolean tooLong = message.position() - start > LONGEST_TAG;
    if (tooLong || value >>> Integer.SIZE != 0 || value >>> TYPE_BITS == 0) {
      throw malformed(start, "no field's tag is here");
    }
    tag = (int) value;
  }

  /** Reads a number. */
  long varint() throws MalformedProtoException {
    int start = message.position();
    long value = 0;
    for (int i = 0; i < LONGEST_VARINT; i++) {
      if (!message.hasRemaining()) {
        throw malformed(start, "a number is cut off");
      }
      byte b = message.get();
      value |= (b & 0x7fL) << (7 * i);
      if (b >= 0) {
        return value;
      }
    }
    throw malformed(start, "a number has more than %d bytes".formatted(LONGEST_VARINT));
  }

  /** Reads bytes that have their length before them. */
  ByteBuffer bytes() throws MalformedProtoException {
    int start = message.position();
    long length = varint();
    return take(start, length);
  }

  /** Reads bytes as {@link #bytes} does, which hold a message. */
  ProtoReader message() throws MalformedProtoException {
    return new ProtoReader(bytes());
  }

  /**
   * Goes into bytes that have their length before them and hold a message or a packed list: until
   * {@link #leave} they are all that there is.
   *
   * @return what leave() needs
   */
  int enter() throws MalformedProtoException {
    int start = message.position();
    int outer = message.limit();
    long length = varint();
    if (length < 0 || length > message.remaining()) {
      throw needed(start, length);
    }
    message.limit(message.position() + (int) length);
    return outer;
  }

  /** Goes behind what was entered, whether or not all of it was read. */
  void leave(int outer) {
    message.position(message.limit()).limit(outer);
  }

  /** Returns where in the buffer the reader is. */
  int position() {
    return message.position();
  }

  /** Goes back to where the reader was. */
  void position(int position) {
    message.position(position);
  }

  /** Returns how many bytes of the message are left. */
  int remaining() {
    return message.remaining();
  }

  /** Returns the buffer's byte there. */
  byte at(int position) {
    return message.get(position);
  }

  /** Reads text. */
  String string() throws MalformedProtoException {
    ByteBuffer bytes = bytes();
    return text(bytes.position(), bytes.duplicate());
  }

  /**
   * Returns bytes as text.
   *
   * @param position where they are, for a failure
   */
  static String text(int position, ByteBuffer bytes) throws MalformedProtoException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw malformed(position, "text is not in UTF-8");
    }
  }

  /** Reads a number of four bytes. */
  float float32() throws MalformedProtoException {
    return take(message.position(), Float.BYTES).getFloat();
  }

  /** Returns whether anything of the message is left. */
  boolean hasRemaining() {
    return message.hasRemaining();
  }

  /** Returns how many numbers the message is, if it is nothing else: how many end in it. */
  int countVarints() {
    int count = 0;
    for (int at = message.position(); at < message.limit(); at++) {
      count += message.get(at) >= 0 ? 1 : 0;
    }
    return count;
  }

  /** Reads the whole message as numbers of four bytes. */
  FloatBuffer float32s() throws MalformedProtoException {
    if (message.remaining() % Float.BYTES != 0) {
      throw malformed(
          message.position(), "%d bytes are no list of floats".formatted(message.remaining()));
    }
    return take(message.position(), message.remaining()).asFloatBuffer();
  }

  private ByteBuffer take(int start, long length) throws MalformedProtoException {
    if (length < 0 || length > message.remaining()) {
      throw needed(start, length);
    }
    int end = message.position() + (int) length;
    ByteBuffer taken = message.duplicate().limit(end).order(ByteOrder.LITTLE_ENDIAN);
    message.position(end);
    return taken;
  }

  private MalformedProtoException needed(int start, long length) {
    return malformed(
        start,
        "%s bytes are needed, there are %d"
            .formatted(Long.toUnsignedString(length), message.remaining()));
  }

  /** Passes over the field's value, groups and what is in them included. */
  void skip() throws MalformedProtoException {
    Deque<Integer> groups = new ArrayDeque<>(0);
    do {
      int at = message.position();
      int field = tag >>> TYPE_BITS;
      switch (tag & ((1 << TYPE_BITS) - 1)) {
        case VARINT -> varint();
        case FIXED64 -> take(at, Long.BYTES);
        case FIXED32 -> take(at, Integer.BYTES);
        case BYTES -> bytes();
        case GROUP -> {
          if (groups.size() == MAX_DEPTH) {
            throw malformed(at, "groups are more than %d deep".formatted(MAX_DEPTH));
          }
          groups.push(field);
        }
        case END_GROUP -> {
          if (groups.isEmpty() || groups.pop() != field) {
            throw malformed(at, "a group ends that did not begin");
          }
        }
        default -> throw malformed(at, "a field is of no type that there is");
      }
      if (!groups.isEmpty()) {
        if (!message.hasRemaining()) {
          throw malformed(at, "a group does not end");
        }
        readTag();
      }
    } while (!groups.isEmpty());
  }

  private static MalformedProtoException malformed(int position, String reason) {
    return new MalformedProtoException(position, reason);
  }
}
