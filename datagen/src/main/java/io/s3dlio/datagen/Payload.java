package io.s3dlio.datagen;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * What synthetic objects hold, beside their type.
 *
 * @param records how many samples an object holds, if its type has some
 * @param factors what storage may save of the random bytes
 */
public record Payload(int records, Factors factors) implements Serializable {
  /** One sample, incompressible. */
  public static final Payload DEFAULT = new Payload(1, Factors.NONE);

  public Payload {
    requireNonNull(factors, "factors is null");
    if (records < 1) {
      throw new IllegalArgumentException(
          "Invalid recordsPerObject: %d (must be >= 1)".formatted(records));
    }
  }

  public Payload withRecords(int newRecords) {
    return new Payload(newRecords, factors);
  }

  public Payload withFactors(Factors newFactors) {
    return new Payload(records, newFactors);
  }
}
