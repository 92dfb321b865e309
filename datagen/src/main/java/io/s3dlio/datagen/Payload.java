package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

import io.s3dlio.format.ElementType;
import io.s3dlio.format.ImageShape;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * What synthetic objects hold, beside their type.
 *
 * @param records how many samples an object holds, if its type has some
 * @param factors what storage may save of the random bytes
 * @param type the type of the elements, if it holds an array
 * @param shape the lengths of a sample's axes, if it holds an array; empty if they follow from its
 *     size
 */
public record Payload(int records, Factors factors, ElementType type, List<Long> shape)
    implements Serializable {
  /** One sample, incompressible bytes. */
  public static final Payload DEFAULT = new Payload(1, Factors.NONE, ElementType.UINT8, List.of());

  public Payload {
    requireNonNull(factors, "factors is null");
    requireNonNull(type, "type is null");
    shape = List.copyOf(shape);
    if (records < 1) {
      throw new IllegalArgumentException(
          "Invalid recordsPerObject: %d (must be >= 1)".formatted(records));
    }
    if (!shape.isEmpty()) {
      ImageShape unused = new ImageShape(type, shape, records);
    }
  }

  public Payload withRecords(int newRecords) {
    return new Payload(newRecords, factors, type, shape);
  }

  public Payload withFactors(Factors newFactors) {
    return new Payload(records, newFactors, type, shape);
  }

  public Payload withArray(ElementType newType, List<Long> newShape) {
    return new Payload(records, factors, newType, newShape);
  }

  /** Returns the shape of the array, if it is given. */
  Optional<ImageShape> imageShape() {
    return shape.isEmpty() ? Optional.empty() : Optional.of(new ImageShape(type, shape, records));
  }

  /** Returns the bytes of an object's array, of this length. */
  BlockSource elements(long seed, long index, long length) {
    return Values.of(type).of(factors.bytes(seed, index, length));
  }
}
