package io.s3dlio.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses {@code tf.train.Example} and {@code tf.train.SequenceExample} messages one after the
 * other, as protobuf's own parsers do: of a feature that is there twice the last counts, parts of a
 * message are merged, and unknown fields are passed over, as are features that nobody wants. Their
 * order is expected to be that of the message before. Not thread-safe.
 */
public final class TfExampleParser {
  // Every message here has its content in its first field; a map's entries have a key and a value.
  private static final int CONTENT = 1;
  private static final int KEY = 1;
  private static final int VALUE = 2;

  /** Beside its context, which is where an Example has its features. */
  private static final int FEATURE_LISTS = 2;

  private static final int UNWANTED = -1;

  /** Names of messages that have more are looked up. */
  private static final int MAX_EXPECTED = 10_000;

  private final boolean all;
  private final List<Slot> slots = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Expected expectedFeatures = new Expected();
  private final Expected expectedLists = new Expected();

  private ByteBuffer data = ByteBuffer.allocate(0);

  /** What a message has under one name. */
  private static final class Slot {
    private final String name;
    private final TfValues feature = new TfValues();
    private final List<TfValues> list = new ArrayList<>();
    private boolean hasFeature;
    private boolean hasList;
    private int listLength;

    Slot(String name) {
      this.name = name;
    }
  }

  /** The names of the message before, in its order. */
  private static final class Expected {
    private final List<byte[]> names = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();
    private int next;
  }

  private TfExampleParser(boolean all, List<String> names) {
    this.all = all;
    names.forEach(this::addSlot);
  }

  /**
   * Returns a parser of some features.
   *
   * @param names of features, and of lists of them; a name's number is its place here
   */
  public static TfExampleParser of(List<String> names) {
    return new TfExampleParser(false, names);
  }

  /** Returns a parser of all features, whose names have numbers in the order in which they come. */
  public static TfExampleParser ofAll() {
    return new TfExampleParser(true, List.of());
  }

  private int addSlot(String name) {
    int number = slots.size();
    if (numbers.putIfAbsent(name, number) != null) {
      throw new IllegalArgumentException("Invalid names: '%s' is there twice".formatted(name));
    }
    slots.add(new Slot(name));
    return number;
  }

  /** Returns how many names have a number. */
  public int names() {
    return slots.size();
  }

  /** Returns a number's name. */
  public String name(int number) {
    return slots.get(number).name;
  }

  /** Returns whether the message has a feature of that name, a sequence in its context. */
  public boolean hasFeature(int number) {
    return slots.get(number).hasFeature;
  }

  /** Returns the feature that there is of that name. */
  public TfValues feature(int number) {
    return slots.get(number).feature;
  }

  /** Returns whether the sequence has a list of features of that name. */
  public boolean hasFeatureList(int number) {
    return slots.get(number).hasList;
  }

  /** Returns the list of features that there is of that name. */
  public List<TfValues> featureList(int number) {
    Slot slot = slots.get(number);
    return slot.list.subList(0, slot.listLength);
  }

  /**
   * @param message which this parser's values are parts of, as long as it stays
   */
  void parseExample(ByteBuffer message) throws MalformedProtoException {
    parse(message, false);
  }

  /** As {@link #parseExample}. */
  void parseSequence(ByteBuffer message) throws MalformedProtoException {
    parse(message, true);
  }

  private void parse(ByteBuffer message, boolean isSequence) throws MalformedProtoException {
    data = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    expectedFeatures.next = 0;
    expectedLists.next = 0;
    for (Slot slot : slots) {
      slot.hasFeature = false;
      slot.hasList = false;
    }
    ProtoReader reader = new ProtoReader(message.duplicate());
    while (reader.next()) {
      if (reader.is(CONTENT, ProtoReader.BYTES)) {
        entries(reader, expectedFeatures, false);
      } else if (isSequence && reader.is(FEATURE_LISTS, ProtoReader.BYTES)) {
        entries(reader, expectedLists, true);
      } else {
        reader.skip();
      }
    }
  }

  private void entries(ProtoReader reader, Expected expected, boolean ofLists)
      throws MalformedProtoException {
    int outer = reader.enter();
    while (reader.next()) {
      if (reader.is(CONTENT, ProtoReader.BYTES)) {
        int inMap = reader.enter();
        entry(reader, expected, ofLists);
        reader.leave(inMap);
      } else {
        reader.skip();
      }
    }
    reader.leave(outer);
  }

  /** The key is looked for first: a value may stand before it. */
  private void entry(ProtoReader entry, Expected expected, boolean ofLists)
      throws MalformedProtoException {
    int start = entry.position();
    int keyStart = start;
    int keyEnd = start;
    while (entry.next()) {
      if (entry.is(KEY, ProtoReader.BYTES)) {
        int outer = entry.enter();
        keyStart = entry.position();
        keyEnd = keyStart + entry.remaining();
        entry.leave(outer);
      } else {
        entry.skip();
      }
    }
    int number = number(entry, keyStart, keyEnd, expected);
    if (number == UNWANTED) {
      return;
    }
    Slot slot = slots.get(number);
    entry.position(start);
    if (ofLists) {
      list(entry, slot);
    } else {
      feature(entry, slot);
    }
  }

  private void feature(ProtoReader entry, Slot slot) throws MalformedProtoException {
    slot.feature.clear(data);
    slot.hasFeature = true;
    while (entry.next()) {
      if (entry.is(VALUE, ProtoReader.BYTES)) {
        int outer = entry.enter();
        slot.feature.merge(entry);
        entry.leave(outer);
      } else {
        entry.skip();
      }
    }
  }

  private void list(ProtoReader entry, Slot slot) throws MalformedProtoException {
    slot.listLength = 0;
    slot.hasList = true;
    while (entry.next()) {
      if (entry.is(VALUE, ProtoReader.BYTES)) {
        int outer = entry.enter();
        features(entry, slot);
        entry.leave(outer);
      } else {
        entry.skip();
      }
    }
  }

  private void features(ProtoReader list, Slot slot) throws MalformedProtoException {
    while (list.next()) {
      if (list.is(CONTENT, ProtoReader.BYTES)) {
        if (slot.listLength == slot.list.size()) {
          slot.list.add(new TfValues());
        }
        TfValues values = slot.list.get(slot.listLength++);
        values.clear(data);
        int outer = list.enter();
        values.merge(list);
        list.leave(outer);
      } else {
        list.skip();
      }
    }
  }

  /** Returns the number of the name that the key is. */
  private int number(ProtoReader reader, int start, int end, Expected expected)
      throws MalformedProtoException {
    int place = expected.next++;
    if (place < expected.names.size() && isName(reader, start, end, expected.names.get(place))) {
      return expected.numbers.get(place);
    }
    byte[] key = new byte[end - start];
    data.get(start, key);
    String name = ProtoReader.text(start, ByteBuffer.wrap(key));
    Integer known = numbers.get(name);
    int number = known != null ? known : all ? addSlot(name) : UNWANTED;
    if (place < expected.names.size()) {
      expected.names.set(place, key);
      expected.numbers.set(place, number);
    } else if (place < MAX_EXPECTED) {
      expected.names.add(key);
      expected.numbers.add(number);
    }
    return number;
  }

  private static boolean isName(ProtoReader reader, int start, int end, byte[] name) {
    if (end - start != name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (reader.at(start + i) != name[i]) {
        return false;
      }
    }
    return true;
  }
}
