package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parses {@code tf.train.Example} messages as protobuf's own parsers do: of a feature that is there
 * twice the last counts, parts of a message are merged, and unknown fields are passed over.
 */
final class TfExamples {
  // Every message here has its content in its first field; a map's entries have a key and a value.
  private static final int CONTENT = 1;
  private static final int KEY = 1;
  private static final int VALUE = 2;

  private TfExamples() {}

  /** Returns the features by their names, in the message's order. */
  static Map<String, TfFeature> parse(ByteBuffer data) throws MalformedProtoException {
    Map<String, TfFeature> features = new LinkedHashMap<>();
    ProtoReader example = new ProtoReader(data.duplicate());
    while (example.next()) {
      if (example.is(CONTENT, ProtoReader.BYTES)) {
        parseFeatures(example.message(), features);
      } else {
        example.skip();
      }
    }
    return Collections.unmodifiableMap(features);
  }

  private static void parseFeatures(ProtoReader message, Map<String, TfFeature> features)
      throws MalformedProtoException {
    while (message.next()) {
      if (message.is(CONTENT, ProtoReader.BYTES)) {
        parseEntry(message.message(), features);
      } else {
        message.skip();
      }
    }
  }

  private static void parseEntry(ProtoReader entry, Map<String, TfFeature> features)
      throws MalformedProtoException {
    String name = "";
    TfFeatureParser feature = new TfFeatureParser();
    while (entry.next()) {
      if (entry.is(KEY, ProtoReader.BYTES)) {
        name = entry.string();
      } else if (entry.is(VALUE, ProtoReader.BYTES)) {
        feature.merge(entry.message());
      } else {
        entry.skip();
      }
    }
    features.put(name, feature.finish());
  }
}
