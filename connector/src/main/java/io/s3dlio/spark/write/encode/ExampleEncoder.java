package io.s3dlio.spark.write.encode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.format.TfExampleWriter;
import io.s3dlio.spark.config.RecordType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;

/**
 * Writes rows as Examples or SequenceExamples, the features in order of their names, as TensorFlow
 * does when it is to be deterministic. A null is a feature that is left out.
 */
final class ExampleEncoder implements RecordEncoder {
  /** In descending order: what comes last is written first. */
  private static final Comparator<Feature> DESCENDING =
      Comparator.comparing((Feature feature) -> feature.key, Arrays::compareUnsigned).reversed();

  private final boolean isSequence;
  private final Feature[] features;
  private final Feature[] featureLists;

  /** A column, and its name in UTF-8. */
  private static final class Feature {
    private final String name;
    private final byte[] key;
    private final int ordinal;
    private final FeatureEncoder encoder;

    Feature(EncodedColumn column, FeatureEncoder encoder) {
      this.name = column.name();
      this.key = name.getBytes(UTF_8);
      this.ordinal = column.ordinal();
      this.encoder = encoder;
    }
  }

  ExampleEncoder(List<EncodedColumn> columns, RecordType type) {
    this.isSequence = type == RecordType.SEQUENCE_EXAMPLE;
    this.features = features(columns, FeatureEncoder::feature);
    this.featureLists = features(columns, FeatureEncoder::featureList);
  }

  private static Feature[] features(
      List<EncodedColumn> columns, Function<DataType, Optional<FeatureEncoder>> encoders) {
    List<Feature> features = new ArrayList<>();
    for (EncodedColumn column : columns) {
      encoders
          .apply(column.type())
          .ifPresent(encoder -> features.add(new Feature(column, encoder)));
    }
    features.sort(DESCENDING);
    return features.toArray(Feature[]::new);
  }

  @Override
  public void write(InternalRow row, TfExampleWriter to) throws InvalidRowException {
    if (isSequence) {
      int mark = to.length();
      entries(featureLists, row, to);
      to.featureLists(mark);
    }
    int mark = to.length();
    entries(features, row, to);
    to.features(mark);
  }

  private static void entries(Feature[] features, InternalRow row, TfExampleWriter to)
      throws InvalidRowException {
    for (Feature feature : features) {
      if (!row.isNullAt(feature.ordinal)) {
        int mark = to.length();
        try {
          feature.encoder.write(row, feature.ordinal, to);
        } catch (FeatureEncoder.NullElementException e) {
          throw new InvalidRowException(feature.name, String.valueOf(e.getMessage()));
        }
        to.entry(feature.key, mark);
      }
    }
  }
}
