package io.s3dlio.format;

import java.io.IOException;
import java.util.Map;

/** The records of a file as maps, by a parser that is simple and held to protobuf's own. */
final class MappedExamples {
  private MappedExamples() {}

  static Map<String, TfFeature> example(TfRecordReader record) throws IOException {
    try {
      return TfExamples.parse(record.data());
    } catch (MalformedProtoException e) {
      throw record.corrupt(String.valueOf(e.getMessage()));
    }
  }

  static TfSequenceExample sequenceExample(TfRecordReader record) throws IOException {
    try {
      return TfExamples.parseSequence(record.data());
    } catch (MalformedProtoException e) {
      throw record.corrupt(String.valueOf(e.getMessage()));
    }
  }
}
