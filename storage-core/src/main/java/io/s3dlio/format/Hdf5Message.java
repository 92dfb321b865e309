package io.s3dlio.format;

/**
 * A message of an object header: what it says of its object.
 *
 * @param type what it is
 * @param shared whether it only tells where the message is
 * @param body its content
 */
record Hdf5Message(int type, boolean shared, Hdf5Fields body) {
  static final int DATASPACE = 0x01;
  static final int LINK_INFO = 0x02;
  static final int DATATYPE = 0x03;
  static final int OLD_FILL_VALUE = 0x04;
  static final int FILL_VALUE = 0x05;
  static final int LINK = 0x06;
  static final int EXTERNAL_FILES = 0x07;
  static final int LAYOUT = 0x08;
  static final int FILTERS = 0x0b;
  static final int CONTINUATION = 0x10;
  static final int SYMBOL_TABLE = 0x11;

  /** The last type that there is. */
  static final int LAST_KNOWN = 0x18;
}
