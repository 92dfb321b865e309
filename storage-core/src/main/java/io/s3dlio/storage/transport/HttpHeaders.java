package io.s3dlio.storage.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Header fields in the order in which they travel. Names compare without regard to case. Immutable;
 * {@link #toString} shows names only, for values may be credentials.
 */
public final class HttpHeaders {
  /** No fields. */
  public static final HttpHeaders EMPTY = new HttpHeaders(new String[0]);

  private final String[] fields;

  private HttpHeaders(String[] fields) {
    this.fields = fields;
  }

  /**
   * Returns fields given as name, value, name, value.
   *
   * @throws IllegalArgumentException if a name is no token, or a value holds anything but visible
   *     ASCII, spaces and tabs
   */
  public static HttpHeaders of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("Invalid headers: a name has no value");
    }
    String[] fields = namesAndValues.clone();
    for (int i = 0; i < fields.length; i += 2) {
      if (!HttpSyntax.isToken(fields[i])) {
        throw new IllegalArgumentException("Invalid header name at " + i / 2);
      }
      if (!HttpSyntax.isSendableValue(fields[i + 1])) {
        throw new IllegalArgumentException("Invalid value of the header " + fields[i]);
      }
    }
    return new HttpHeaders(fields);
  }

  /** Takes over what a parser has checked. */
  static HttpHeaders ofParsed(String[] namesAndValues) {
    return new HttpHeaders(namesAndValues);
  }

  /** Returns how many fields there are. */
  public int size() {
    return fields.length / 2;
  }

  /** Returns the name of a field, as it was written. */
  public String name(int index) {
    return fields[2 * index];
  }

  /** Returns the value of a field, without the space around it. */
  public String value(int index) {
    return fields[2 * index + 1];
  }

  /** Returns the value of the first field of a name. */
  public Optional<String> first(String name) {
    for (int i = 0; i < fields.length; i += 2) {
      if (fields[i].equalsIgnoreCase(name)) {
        return Optional.of(fields[i + 1]);
      }
    }
    return Optional.empty();
  }

  /** Returns the values of all fields of a name. */
  public List<String> all(String name) {
    List<String> values = new ArrayList<>(1);
    for (int i = 0; i < fields.length; i += 2) {
      if (fields[i].equalsIgnoreCase(name)) {
        values.add(fields[i + 1]);
      }
    }
    return values;
  }

  boolean contains(String name) {
    for (int i = 0; i < fields.length; i += 2) {
      if (fields[i].equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a field that lists tokens, as {@code Connection} does, has this one. */
  boolean lists(String name, String token) {
    for (int i = 0; i < fields.length; i += 2) {
      if (fields[i].equalsIgnoreCase(name) && HttpSyntax.listContains(fields[i + 1], token)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    StringJoiner names = new StringJoiner(", ", "[", "]");
    for (int i = 0; i < fields.length; i += 2) {
      names.add(fields[i]);
    }
    return names.toString();
  }
}
