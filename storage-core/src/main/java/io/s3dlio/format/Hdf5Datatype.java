package io.s3dlio.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The type of an HDF5 dataset's elements, if it is one that numpy has.
 *
 * @param dtype how numpy has it, in h5py
 * @param axes the lengths of the array that each element is; none where it is none
 * @param padding what stands after texts that are shorter
 */
record Hdf5Datatype(NpyDtype dtype, List<Long> axes, Padding padding) {
  /** What stands after texts, and everything after that. */
  enum Padding {
    /** Bytes that are 0, as numpy has it. */
    ZEROS,
    /** A byte 0 and then anything. */
    AFTER_ZERO,
    SPACES
  }

  private static final int MAX_DEPTH = 8;
  private static final int NAME_ALIGNMENT = 8;

  // Classes.
  private static final int FIXED = 0;
  private static final int FLOATING = 1;
  private static final int TIME = 2;
  private static final int STRING = 3;
  private static final int BITS = 4;
  private static final int OPAQUE = 5;
  private static final int COMPOUND = 6;
  private static final int REFERENCE = 7;
  private static final int ENUM = 8;
  private static final int VARIABLE = 9;
  private static final int ARRAY = 10;
  private static final int COMPLEX = 11;

  private static final String NUMPY_TAG = "NUMPY:";

  Hdf5Datatype {
    axes = List.copyOf(axes);
  }

  private static Hdf5Datatype plain(NpyDtype dtype) {
    return new Hdf5Datatype(dtype, List.of(), Padding.ZEROS);
  }

  static Hdf5Datatype parse(Hdf5Fields message) throws IOException {
    return parse(message, 0);
  }

  private static Hdf5Datatype parse(Hdf5Fields message, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw message.unsupported("types nest deeper than %d".formatted(MAX_DEPTH));
    }
    int head = message.u8();
    int version = head >>> 4;
    int bits = (int) message.unsigned(3);
    long length = message.u32();
    if (version < 1 || version > 5) {
      throw message.unsupported("version %d of types is not read".formatted(version));
    }
    if (length == 0 || length > Integer.MAX_VALUE) {
      throw message.corrupt("elements have %d bytes".formatted(length));
    }
    int size = (int) length;
    return switch (head & 0xf) {
      case FIXED -> integer(message, (bits & (1 << 3)) != 0 ? 'i' : 'u', size, bits);
      case BITS -> integer(message, 'u', size, bits);
      case FLOATING -> plain(floating(message, size, bits));
      case STRING -> string(message, size, bits);
      case OPAQUE -> plain(opaque(message, size, bits));
      case ENUM -> enumeration(message, size, bits, version, depth);
      case COMPOUND -> plain(complex(message, size, bits, version, depth));
      case ARRAY -> array(message, size, version, depth);
      case VARIABLE -> throw message.unsupported("the dataset's elements are of variable length");
      case REFERENCE -> throw message.unsupported("the dataset's elements are references");
      case TIME, COMPLEX -> throw message.unsupported("the dataset's type is not read");
      default -> throw message.corrupt("there is no class %d of types".formatted(head & 0xf));
    };
  }

  private static NpyDtype dtype(Hdf5Fields message, char kind, int size, boolean bigEndian)
      throws IOException {
    try {
      return new NpyDtype(kind, size, bigEndian, "");
    } catch (IllegalArgumentException e) {
      throw message.unsupported(
          "the dataset's elements have %d bytes, and are nothing that numpy has".formatted(size));
    }
  }

  private static Hdf5Datatype integer(Hdf5Fields message, char kind, int size, int bits)
      throws IOException {
    int bitOffset = message.u16();
    int precision = message.u16();
    if (bitOffset != 0 || precision != size * Byte.SIZE) {
      throw message.unsupported(
          "the dataset's integers have %d bits from bit %d on, in %d bytes"
              .formatted(precision, bitOffset, size));
    }
    return plain(dtype(message, kind, size, (bits & 1) != 0));
  }

  /** How a floating point number of some length is: as IEEE and numpy have it. */
  private static String layout(int size) {
    // The sign, the offset and precision, the exponent, the mantissa, the bias, the leading bit.
    return switch (size) {
      case 2 -> "15 0+16 10+5 0+10 15 2";
      case 4 -> "31 0+32 23+8 0+23 127 2";
      case 8 -> "63 0+64 52+11 0+52 1023 2";
      case 16 -> "79 0+80 64+15 0+64 16383 0";
      default -> "";
    };
  }

  private static NpyDtype floating(Hdf5Fields message, int size, int bits) throws IOException {
    boolean bigEndian = (bits & 1) != 0;
    boolean vax = (bits & (1 << 6)) != 0;
    String layout =
        "%d %d+%d %d+%d %d+%d %d %d"
            .formatted(
                (bits >>> 8) & 0xff,
                message.u16(),
                message.u16(),
                message.u8(),
                message.u8(),
                message.u8(),
                message.u8(),
                message.u32(),
                (bits >>> 4) & 3);
    if (vax || !layout.equals(layout(size)) || (size == 16 && bigEndian)) {
      throw message.unsupported(
          "the dataset's numbers of %d bytes are none of IEEE's".formatted(size));
    }
    return dtype(message, 'f', size, bigEndian);
  }

  private static Hdf5Datatype string(Hdf5Fields message, int size, int bits) throws IOException {
    Padding padding =
        switch (bits & 0xf) {
          case 0 -> Padding.AFTER_ZERO;
          case 1 -> Padding.ZEROS;
          case 2 -> Padding.SPACES;
          default -> throw message.corrupt("no padding %d of texts".formatted(bits & 0xf));
        };
    return new Hdf5Datatype(dtype(message, 'S', size, false), List.of(), padding);
  }

  /** Bytes; h5py keeps types of numpy's that HDF5 has not so. */
  private static NpyDtype opaque(Hdf5Fields message, int size, int bits) throws IOException {
    String tag = new String(message.take(bits & 0xff), StandardCharsets.US_ASCII);
    String name = tag.replace("\0", "");
    if (name.startsWith(NUMPY_TAG)) {
      Optional<NpyDtype> time = time(name.substring(NUMPY_TAG.length()));
      if (time.isPresent() && time.get().itemSize() == size) {
        return time.get();
      }
      throw message.unsupported("no type %s is read".formatted(SourceObject.quote(name)));
    }
    return dtype(message, 'V', size, false);
  }

  private static Optional<NpyDtype> time(String name) {
    try {
      NpyDtype dtype = NpyDtype.parse(name);
      return dtype.kind() == 'm' || dtype.kind() == 'M' ? Optional.of(dtype) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Reads a name, and what brings it to a multiple of 8 bytes in older versions. */
  private static String name(Hdf5Fields message, int version) throws IOException {
    int start = message.position();
    String name = message.text();
    if (version < 3) {
      int length = message.position() - start;
      message.skip(-length & (NAME_ALIGNMENT - 1));
    }
    return name;
  }

  /** Integers; or truth, as h5py writes it: the names FALSE and TRUE for 0 and 1. */
  private static Hdf5Datatype enumeration(
      Hdf5Fields message, int size, int bits, int version, int depth) throws IOException {
    Hdf5Datatype base = parse(message, depth + 1);
    char kind = base.dtype.kind();
    if ((kind != 'i' && kind != 'u') || base.dtype.itemSize() != size || !base.axes.isEmpty()) {
      throw message.corrupt("the names of an enumeration are not for integers");
    }
    int count = bits & 0xffff;
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(name(message, version));
    }
    byte[] values = message.take((long) count * size);
    boolean truth =
        size == 1
            && names.equals(List.of("FALSE", "TRUE"))
            && Arrays.equals(values, new byte[] {0, 1});
    return truth ? plain(dtype(message, 'b', 1, false)) : base;
  }

  /** A complex number, as h5py writes it: of the parts r and i. */
  private static NpyDtype complex(Hdf5Fields message, int size, int bits, int version, int depth)
      throws IOException {
    if ((bits & 0xffff) != 2) {
      throw message.unsupported("the dataset's type is structured: only plain types are read");
    }
    List<Hdf5Datatype> parts = new ArrayList<>();
    for (String expected : List.of("r", "i")) {
      String name = name(message, version);
      // As many bytes as a place in the structure needs.
      int offsetSize =
          version < 3
              ? Integer.BYTES
              : (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size)) / Byte.SIZE + 1;
      long offset = message.unsigned(offsetSize);
      if (version == 1) {
        // Axes, which are from before there was a type for arrays.
        message.skip(28);
      }
      if (!name.equals(expected) || offset != (long) parts.size() * (size / 2)) {
        throw message.unsupported("the dataset's type is structured: only plain types are read");
      }
      parts.add(parse(message, depth + 1));
    }
    Hdf5Datatype part = parts.get(0);
    boolean complex =
        part.equals(parts.get(1))
            && part.dtype.kind() == 'f'
            && part.axes.isEmpty()
            && 2 * part.dtype.itemSize() == size
            && size >= 8;
    if (!complex) {
      throw message.unsupported("the dataset's type is structured: only plain types are read");
    }
    return dtype(message, 'c', size, part.dtype.bigEndian());
  }

  private static Hdf5Datatype array(Hdf5Fields message, int size, int version, int depth)
      throws IOException {
    int axes = message.u8();
    if (version < 3) {
      message.skip(3);
    }
    List<Long> lengths = new ArrayList<>();
    for (int i = 0; i < axes; i++) {
      lengths.add(message.u32());
    }
    if (version < 3) {
      message.skip((long) axes * Integer.BYTES);
    }
    Hdf5Datatype base = parse(message, depth + 1);
    lengths.addAll(base.axes);
    long total = base.dtype.itemSize();
    for (long length : lengths) {
      // At most 2^31 times 2^32.
      total = Math.min(total * length, Integer.MAX_VALUE + 1L);
    }
    if (total != size || lengths.size() > NpyHeader.MAX_AXES) {
      throw message.corrupt("an array of %s does not have %d bytes".formatted(lengths, size));
    }
    return new Hdf5Datatype(base.dtype, lengths, base.padding);
  }
}
