package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses {@code tf.train.Example} and {@code SequenceExample} messages as protobuf's own parsers
 * do: of a feature that is there twice the last counts, parts of a message are merged, and unknown
 * fields are passed over.
 */
final class TfExamples {
  // Every message here has its content in its first field; a map's entries have a key and a value.
  private static final int CONTENT = 1;
  private static final int KEY = 1;
  private static final int VALUE = 2;

  // Fields of SequenceExample.
  private static final int CONTEXT = 1;
  private static final int FEATURE_LISTS = 2;

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

  /** Returns a sequence and what holds for all of it. */
  static TfSequenceExample parseSequence(ByteBuffer data) throws MalformedProtoException {
    Map<String, TfFeature> context = new LinkedHashMap<>();
    Map<String, List<TfFeature>> featureLists = new LinkedHashMap<>();
    ProtoReader example = new ProtoReader(data.duplicate());
    while (example.next()) {
      if (example.is(CONTEXT, ProtoReader.BYTES)) {
        parseFeatures(example.message(), context);
      } else if (example.is(FEATURE_LISTS, ProtoReader.BYTES)) {
        parseFeatureLists(example.message(), featureLists);
      } else {
        example.skip();
      }
    }
    return new TfSequenceExample(context, featureLists);
  }

  private static void parseFeatureLists(
      ProtoReader message, Map<String, List<TfFeature>> featureLists)
      throws MalformedProtoException {
    while (message.next()) {
      if (message.is(CONTENT, ProtoReader.BYTES)) {
        parseListEntry(message.message(), featureLists);
      } else {
        message.skip();
      }
    }
  }

  private static void parseListEntry(ProtoReader entry, Map<String, List<TfFeature>> featureLists)
      throws MalformedProtoException {
    String name = "";
    List<TfFeature> steps = new ArrayList<>();
    while (entry.next()) {
      if (entry.is(KEY, ProtoReader.BYTES)) {
        name = entry.string();
      } else if (entry.is(VALUE, ProtoReader.BYTES)) {
        parseFeatureList(entry.message(), steps);
      } else {
        entry.skip();
      }
    }
    featureLists.put(name, Collections.unmodifiableList(steps));
  }

  private static void parseFeatureList(ProtoReader list, List<TfFeature> steps)
      throws MalformedProtoException {
    while (list.next()) {
      if (list.is(CONTENT, ProtoReader.BYTES)) {
        TfFeatureParser feature = new TfFeatureParser();
        feature.merge(list.message());
        steps.add(feature.finish());
      } else {
        list.skip();
      }
    }
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
